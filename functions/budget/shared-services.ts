import type { Credential } from '../providers/secret.ts';

/**
 * A service that thousands of unrelated accounts log in to under one name, and that counts failures by account: there is no
 * ceiling for all of them together, which would let one credential hold back the others.
 */
export interface SharedService {
  readonly hosts: RegExp;
  /** What stands for all its names; `$1` is the region in the name. */
  readonly name: string;
  /** Where everybody has the same user name and the password is an API key: the public part of that key. */
  readonly keyId?: RegExp;
  /** Accounts are mailboxes, whose names others know and a rotation keeps; elsewhere each key is one of its own. */
  readonly mailboxes?: true;
  /** The one spelling of an account, where the service has several besides those of all servers. */
  readonly oneAccount?: (account: string) => string;
}

const SERVICES: readonly SharedService[] = [
  {
    hosts:
      /^(?:vpce-[a-z0-9-]+\.)?email-smtp(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/,
    name: 'email-smtp.$1.amazonaws.com',
  },
  { hosts: /^smtp\.(?:eu\.)?sendgrid\.net$/, name: 'smtp.sendgrid.net', keyId: /^SG\.([\w-]+)\./ },
  { hosts: /^smtp\.(eu\.)?mailgun\.org$/, name: 'smtp.$1mailgun.org', mailboxes: true },
  { hosts: /^smtp\.resend\.com$/, name: 'smtp.resend.com', keyId: /^re_([A-Za-z0-9]+)_/ },
  {
    hosts: /^(?:smtp(?:-legacy)?\.office365\.com|outlook\.office365\.com|smtp(?:-mail)?\.outlook\.com)$/,
    name: 'smtp.office365.com',
    mailboxes: true,
  },
  {
    hosts: /^smtp(?:-relay)?\.(?:gmail|googlemail)\.com$/,
    name: 'smtp.gmail.com',
    mailboxes: true,
    oneAccount: withoutDots,
  },
];

/** Google's help, "Dots don't matter in Gmail addresses"; googlemail.com is gmail.com. */
function withoutDots(account: string): string {
  const [, local, domain] = /^(.*)@(gmail|googlemail)\.com$/i.exec(account) ?? [];
  return local !== undefined && domain ? `${local.replaceAll('.', '')}@gmail.com` : account;
}

/** The service behind a host (in its one spelling); null for every other host. */
export function sharedService(host: string): SharedService | null {
  const service = SERVICES.find(({ hosts }) => hosts.test(host));
  return service ? { ...service, name: host.replace(service.hosts, service.name) } : null;
}

/** What tells the accounts of a service apart besides the user name; nothing secret. */
export function keyIdOf({ keyId }: SharedService, { password, credentialId }: Credential): string {
  return keyId ? (keyId.exec(password.reveal())?.[1] ?? credentialId ?? '') : '';
}
