import * as v from 'valibot';
import type { Endpoint } from '../net/endpoint.ts';
import { Redacted } from '../secrets/redacted.ts';
import {
  type Admin,
  administrator,
  adminSecretId,
  allowedEndpoints,
  apiKeySecret,
  bearer,
  type ReadAdmin,
} from './admin-secret.ts';
import { ANY_ANSWER, type Deadline, HttpApi, type HttpDeps, keyId } from './http-api.ts';
import {
  type IssuedCredential,
  type IssuingProvider,
  isGone,
  type MintedCredential,
  type Owner,
  ProviderError,
  SHARED,
  submissionEndpoints,
} from './provider.ts';

/**
 * Twilio SendGrid: API keys that may send mail and nothing else. The secret `adminSecretId` holds
 * `{ "type": "sendgrid", "apiKey" }` with the scopes `api_keys.create`, `api_keys.read`, `api_keys.delete` and `mail.send`:
 * a key gives no more than it has.
 */
export const sendgridSchema = v.object({
  type: v.literal('sendgrid'),
  adminSecretId,
  region: v.exactOptional(v.picklist(['global', 'eu'], '`global` or `eu`')),
});

export type SendGridProvider = Readonly<v.InferOutput<typeof sendgridSchema>>;

const BASE_URLS = { global: 'https://api.sendgrid.com', eu: 'https://api.eu.sendgrid.com' } as const;
const SMTP_HOSTS = { global: 'smtp.sendgrid.net', eu: 'smtp.eu.sendgrid.net' } as const;
/** "There is a limit of 100 API Keys on your account", those of all other uses counted. */
const KEYS_PER_ACCOUNT = 100;
/** Not documented; a name is only a label, so a short one is safe. */
const NAME_LIMIT = 100;
const SCOPES = ['mail.send'];

const adminSecret = v.object(apiKeySecret('sendgrid'));
const minted = v.object({
  api_key: v.pipe(v.string(), v.nonEmpty()),
  api_key_id: keyId,
});
const listed = v.object({ result: v.array(v.object({ api_key_id: keyId, name: v.string() })) });

/**
 * Twilio SendGrid: API keys, which are the password of the SMTP user `apikey`. SendGrid says neither when a key was made
 * nor when it was used, and cannot switch one off.
 * Source: twilio.com/docs/sendgrid/api-reference/api-keys, and "Integrating with the SMTP API".
 */
export class SendGridKeys implements IssuingProvider {
  readonly kind = 'issuing';
  readonly limit = KEYS_PER_ACCOUNT;
  readonly reversible = false;
  readonly lastUsed = false;
  readonly keepsNames = true;
  readonly nameLimit = NAME_LIMIT;
  readonly #api: HttpApi;
  readonly #region: keyof typeof SMTP_HOSTS;
  readonly #admin: () => Promise<Admin<v.InferOutput<typeof adminSecret>>>;

  constructor(
    provider: SendGridProvider,
    deps: HttpDeps & { readonly readAdmin: ReadAdmin },
    baseUrl?: string,
  ) {
    const { adminSecretId, region = 'global' } = provider;
    this.#region = region;
    this.#admin = administrator(deps.readAdmin, adminSecretId, adminSecret);
    const authorization = async () => bearer(await this.#admin());
    this.#api = new HttpApi(
      { provider: 'SendGrid', baseUrl: baseUrl ?? BASE_URLS[region], authorization },
      deps,
    );
  }

  async endpoints(): Promise<readonly Endpoint[]> {
    return allowedEndpoints(submissionEndpoints([SMTP_HOSTS[this.#region]], [465, 587]), await this.#admin());
  }

  async owner(): Promise<Owner> {
    return SHARED;
  }

  list(): Promise<readonly IssuedCredential[]> {
    return this.#list(this.#api.deadline());
  }

  async #list(deadline: Deadline): Promise<readonly IssuedCredential[]> {
    const call = { method: 'GET', path: ['v3', 'api_keys'], answer: listed, deadline } as const;
    const { result } = await this.#api.call(call);
    return result.map(({ api_key_id: id, name }) => ({
      id,
      name,
      active: true,
      createdAt: null,
      lastUsedAt: null,
      lastUsedBy: null,
    }));
  }

  async mint(name: string): Promise<MintedCredential> {
    const body = { name, scopes: SCOPES };
    const deadline = this.#api.deadline();
    const call = { method: 'POST', path: ['v3', 'api_keys'], body, answer: minted, deadline } as const;
    const { api_key, api_key_id: id } = await this.#api
      .call(call)
      .catch((error: unknown) => this.#explain(error, deadline));
    return { id, username: 'apikey', password: new Redacted(api_key) };
  }

  async deactivate(): Promise<never> {
    throw new ProviderError('refused', 'SendGrid cannot switch an API key off');
  }

  async reactivate(): Promise<never> {
    throw new ProviderError('refused', 'SendGrid cannot switch an API key on');
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#api.call({ method: 'DELETE', path: ['v3', 'api_keys', id], answer: ANY_ANSWER });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** 403 stands for a key that may not make keys, and for the limit: the list tells which. */
  async #explain(error: unknown, deadline: Deadline): Promise<never> {
    const forbidden = error instanceof ProviderError && error.status === 403;
    if (!forbidden || (await this.#list(deadline)).length < KEYS_PER_ACCOUNT) throw error;
    throw new ProviderError(
      'refused',
      `all ${KEYS_PER_ACCOUNT} API keys of the SendGrid account are taken: remove one that is not used, then rotate again`,
      { status: 403 },
    );
  }
}
