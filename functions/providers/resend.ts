import * as v from 'valibot';
import type { Endpoint } from '../net/endpoint.ts';
import { text } from '../secrets/credential.ts';
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
 * Resend: API keys that may send and nothing else. The secret `adminSecretId` holds
 * `{ "type": "resend", "apiKey", "domainId"? }`, with full access; with `domainId` keys send from that domain only.
 */
export const resendSchema = v.object({
  type: v.literal('resend'),
  adminSecretId,
  /** Not passed over in silence: that would make keys for every domain. */
  domainId: v.exactOptional(v.never('nothing: `domainId` stands in the secret of the administrator')),
});

export type ResendProvider = Readonly<v.InferOutput<typeof resendSchema>>;

/** "The API key name. Maximum 50 characters." */
const NAME_LIMIT = 50;
/** The most that one page holds. */
const PAGE = 100;
/** 5,000 keys. Resend takes two to ten requests a second, so that more would not be over in the time of one call either. */
const MOST_PAGES = 50;

const time = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.number(),
);
/** With `domainId` its keys may send from that domain only. */
const adminSecret = v.object({ ...apiKeySecret('resend'), domainId: v.exactOptional(text(64)) });
const minted = v.object({ id: keyId, token: v.pipe(v.string(), v.nonEmpty()) });
const listed = v.object({
  has_more: v.boolean(),
  data: v.array(v.object({ id: keyId, name: v.string(), created_at: time, last_used_at: v.nullable(time) })),
});

/**
 * Resend: API keys with `sending_access`, which are the password of the SMTP user `resend`. No limit on their number is
 * documented, and none can be switched off.
 * Source: resend.com/docs/api-reference/api-keys, and "Send emails with SMTP".
 */
export class ResendKeys implements IssuingProvider {
  readonly kind = 'issuing';
  readonly limit = null;
  readonly reversible = false;
  readonly lastUsed = true;
  readonly keepsNames = true;
  readonly nameLimit = NAME_LIMIT;
  readonly #api: HttpApi;
  readonly #admin: () => Promise<Admin<v.InferOutput<typeof adminSecret>>>;

  constructor(
    { adminSecretId }: ResendProvider,
    deps: HttpDeps & { readonly readAdmin: ReadAdmin },
    baseUrl = 'https://api.resend.com',
  ) {
    this.#admin = administrator(deps.readAdmin, adminSecretId, adminSecret);
    const authorization = async () => bearer(await this.#admin());
    this.#api = new HttpApi({ provider: 'Resend', baseUrl, authorization }, deps);
  }

  async endpoints(): Promise<readonly Endpoint[]> {
    const own = submissionEndpoints(['smtp.resend.com'], [465, 587, 2465, 2587]);
    return allowedEndpoints(own, await this.#admin());
  }

  async owner(): Promise<Owner> {
    return SHARED;
  }

  /** All of them, or it rejects: by half a list a living key would look like one that is gone. */
  async list(): Promise<readonly IssuedCredential[]> {
    const deadline = this.#api.deadline();
    const keys = new Map<string, IssuedCredential>();
    let last: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const { has_more, data } = await this.#page(last, deadline);
      const expected = keys.size + data.length;
      for (const key of data) keys.set(key.id, issued(key));
      last = data.at(-1)?.id;
      if (keys.size < expected || (has_more && last === undefined)) throw notAList('pages that repeat');
      if (!has_more) return [...keys.values()];
    }
    throw notAList(`more than ${MOST_PAGES} pages`);
  }

  async mint(name: string): Promise<MintedCredential> {
    const { domainId } = await this.#admin();
    const permission = { permission: 'sending_access', ...(domainId && { domain_id: domainId }) };
    const body = { name, ...permission };
    const { id, token } = await this.#api.call({ method: 'POST', path: ['api-keys'], body, answer: minted });
    return { id, username: 'resend', password: new Redacted(token) };
  }

  async deactivate(): Promise<never> {
    throw new ProviderError('refused', 'Resend cannot switch an API key off');
  }

  async reactivate(): Promise<never> {
    throw new ProviderError('refused', 'Resend cannot switch an API key on');
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#api.call({ method: 'DELETE', path: ['api-keys', id], answer: ANY_ANSWER });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  #page(after: string | undefined, deadline: Deadline) {
    const query = { limit: String(PAGE), ...(after !== undefined && { after }) };
    return this.#api.call({ method: 'GET', path: ['api-keys'], query, answer: listed, deadline });
  }
}

function notAList(got: string): ProviderError {
  return new ProviderError(
    'protocol',
    `Resend was asked for its API keys: expected them all once, got ${got}`,
  );
}

function issued(key: v.InferOutput<typeof listed>['data'][number]): IssuedCredential {
  return {
    id: key.id,
    name: key.name,
    active: true,
    createdAt: key.created_at,
    lastUsedAt: key.last_used_at,
    lastUsedBy: null,
  };
}
