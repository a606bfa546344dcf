import * as v from 'valibot';
import type { Waits } from '../lifecycle/retirable.ts';
import { SES_HOST } from '../mail-domain/mail-providers.ts';
import { isHost } from '../net/endpoint.ts';

/** What the audit does only on hosts whose owner asked for it: it fails logins, sends mail, or tells others a hash. */
export const OPT_IN_CHECKS = [
  'canary-send',
  'negative-control',
  'open-relay',
  'bare-lf',
  'breach-lookup',
] as const;
export type OptInCheck = (typeof OPT_IN_CHECKS)[number];

const ADDRESS = 'an e-mail address of yours at another host';

/** Amazon SES takes its mail and counts it neither as a bounce nor towards the reputation. */
const SES_SIMULATOR = 'success@simulator.amazonses.com';
/** What MAIL and RCPT can carry without SMTPUTF8, and nothing that ends the command. */
export const MAIL_ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+$/;

/** The setting `auditOptIn` of a deployment, in the CDK context and in the environment of the functions. */
export const optInSchema = v.array(
  v.strictObject(
    {
      host: v.pipe(v.string('a host name'), v.check(isHost, 'a host name')),
      checks: v.array(v.picklist(OPT_IN_CHECKS, `one of ${OPT_IN_CHECKS.join(', ')}`), 'a list of checks'),
      /** Who gets the mail of canary-send, and whom open-relay and bare-lf name. */
      recipient: v.optional(v.pipe(v.string(ADDRESS), v.email(ADDRESS))),
    },
    ({ expected }) => (expected === 'never' ? 'no such setting' : 'a host and its checks'),
  ),
  'a list of hosts and checks',
);

export type OptIns = v.InferOutput<typeof optInSchema>;

/** The owner's consent to one check on one host; undefined where there is none. */
export function optInFor(optIns: OptIns, host: string, check: OptInCheck): OptIns[number] | undefined {
  return optIns.find(
    (optIn) => optIn.host.toLowerCase() === host.toLowerCase() && optIn.checks.includes(check),
  );
}

/** Who gets the message: the owner's own mailbox, and for Amazon SES its simulator. */
export function canaryRecipient(host: string, recipient: string | undefined): string | undefined {
  const chosen = recipient ?? (SES_HOST.test(host) ? SES_SIMULATOR : undefined);
  return chosen && MAIL_ADDRESS.test(chosen) ? chosen : undefined;
}

const text = v.pipe(v.string(), v.minLength(1));

/** An owner's decision to live with what one check finds about one secret, for a time; from the deployment's configuration. */
export const acceptedRiskSchema = v.object({
  /** The name of the secret. */
  secret: text,
  /** The id of a check of the catalogue. */
  check: text,
  reason: text,
  owner: v.optional(text),
  /** The last day on which it holds, `YYYY-MM-DD`, UTC. */
  until: v.pipe(v.string(), v.isoDate()),
});

export type AcceptedRisk = Readonly<v.InferOutput<typeof acceptedRiskSchema>>;

/** The deployment's own settings that some rules measure against. */
export interface AuditSettings extends Waits {
  readonly rotationDays: number;
  readonly optIns: OptIns;
}
