import * as v from 'valibot';
import { type Endpoint, isHost } from '../net/endpoint.ts';
import { text } from '../secrets/credential.ts';
import { Redacted } from '../secrets/redacted.ts';
import { administrator, adminSecretId, apiKeySecret, type ReadAdmin } from './admin-secret.ts';
import { AllowedLogins, loginPatterns } from './allowed-logins.ts';
import { ANY_ANSWER, HttpApi, type HttpDeps } from './http-api.ts';
import { submissionEndpoints } from './provider.ts';

const login = v.pipe(text(254), v.email('an SMTP user name, such as `one@mg.example.com`'));

/**
 * Mailgun: two SMTP users of one sending domain take turns. The secret `adminSecretId` holds
 * `{ "type": "mailgun", "apiKey", "domain", "logins" }`; Mailgun needs the role "admin" for it.
 */
export const mailgunSchema = v.object({
  type: v.literal('mailgun'),
  logins: v.pipe(
    v.strictTuple([login, login], 'two SMTP user names'),
    v.check(([one, two]) => one !== two, 'two SMTP user names that differ'),
  ),
  adminSecretId,
  region: v.exactOptional(v.picklist(['us', 'eu'], '`us` or `eu`')),
});

export type MailgunProvider = Readonly<v.InferOutput<typeof mailgunSchema>>;

const BASE_URLS = { us: 'https://api.mailgun.net', eu: 'https://api.eu.mailgun.net' } as const;
const SMTP_HOSTS = { us: 'smtp.mailgun.org', eu: 'smtp.eu.mailgun.org' } as const;

const adminSecret = v.object({
  ...apiKeySecret('mailgun'),
  domain: v.pipe(v.string('a domain'), v.check(isHost, 'a domain')),
  logins: loginPatterns,
});
type MailgunAdmin = v.InferOutput<typeof adminSecret>;

/**
 * Mailgun: sets the passwords of two SMTP users of one domain, which must exist. It has no call that deletes, so not
 * the one that wipes out every credential of the domain when the login is left out of its path.
 * Source: documentation.mailgun.com, API reference, "Update Mailgun SMTP credentials".
 */
export class MailgunLogins extends AllowedLogins<MailgunAdmin> {
  /** Mailgun help center, "Can I customize my SMTP password?": 5 to 32 characters. */
  readonly passwordLimit = 32;
  protected override readonly ownEndpoints: readonly Endpoint[];
  readonly #api: HttpApi;

  constructor(
    { logins, region = 'us', adminSecretId }: MailgunProvider,
    deps: HttpDeps & { readonly readAdmin: ReadAdmin },
    baseUrl?: string,
  ) {
    super(logins, administrator(deps.readAdmin, adminSecretId, adminSecret));
    this.ownEndpoints = submissionEndpoints([SMTP_HOSTS[region]], [465, 587]);
    const authorization = async () => basic(await this.admin());
    this.#api = new HttpApi(
      { provider: 'Mailgun', baseUrl: baseUrl ?? BASE_URLS[region], authorization },
      deps,
    );
  }

  protected async change({ domain }: MailgunAdmin, login: string, password: Redacted): Promise<void> {
    const body = new FormData();
    body.set('password', password.reveal());
    const path = ['v3', 'domains', domain, 'credentials', login];
    await this.#api.call({ method: 'PUT', path, body, answer: ANY_ANSWER });
  }
}

/** User name `api`, password the key: Mailgun API reference, "Authentication". */
function basic({ apiKey }: { readonly apiKey: string }): Redacted {
  return new Redacted(`Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`);
}
