import type { Endpoint } from '../../credential/credential.ts';
import { Redacted } from '../../credential/redacted.ts';
import type { SettingProvider } from '../provider.ts';
import { adminEndpoints } from './admin-endpoints.ts';
import { apiKeySecret, type ReadSecret, readAdminSecret } from './admin-secret.ts';
import { ANY_ANSWER, HttpApi, type HttpDeps } from './http-api.ts';
import type { MailgunProvider } from './mailgun-schema.ts';
import { submissionEndpoints } from './submission.ts';

const BASE_URLS = { us: 'https://api.mailgun.net', eu: 'https://api.eu.mailgun.net' } as const;
const SMTP_HOSTS = { us: 'smtp.mailgun.org', eu: 'smtp.eu.mailgun.org' } as const;

/**
 * Mailgun: sets the passwords of two SMTP users of one domain, which must exist. It has no call that deletes, so not
 * the one that wipes out every credential of the domain when the login is left out of its path.
 * Source: documentation.mailgun.com, API reference, "Update Mailgun SMTP credentials".
 */
export class MailgunLogins implements SettingProvider {
  readonly kind = 'setting';
  readonly logins: readonly [string, string];
  /** Mailgun help center, "Can I customize my SMTP password?": 5 to 32 characters. */
  readonly passwordLimit = 32;
  readonly #api: HttpApi;
  readonly #domain: string;
  readonly #endpoints: () => Promise<readonly Endpoint[]>;

  constructor(
    provider: MailgunProvider,
    deps: HttpDeps & { readonly readSecret: ReadSecret },
    baseUrl?: string,
  ) {
    const { domain, logins, region = 'us', adminSecretId } = provider;
    this.logins = logins;
    this.#domain = domain;
    const authorization = async () =>
      basic(await readAdminSecret(deps.readSecret, adminSecretId, apiKeySecret));
    this.#endpoints = async () => [
      ...submissionEndpoints([SMTP_HOSTS[region]], [465, 587]),
      ...(await adminEndpoints(deps.readSecret, adminSecretId)),
    ];
    this.#api = new HttpApi(
      { provider: 'Mailgun', baseUrl: baseUrl ?? BASE_URLS[region], authorization },
      deps,
    );
  }

  endpoints(): Promise<readonly Endpoint[]> {
    return this.#endpoints();
  }

  async set(login: string, password: Redacted): Promise<void> {
    const body = new FormData();
    body.set('password', password.reveal());
    const path = ['v3', 'domains', this.#domain, 'credentials', login];
    await this.#api.call({ method: 'PUT', path, body, answer: ANY_ANSWER });
  }
}

/** User name `api`, password the key: Mailgun API reference, "Authentication". */
function basic({ apiKey }: { readonly apiKey: string }): Redacted {
  return new Redacted(`Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`);
}
