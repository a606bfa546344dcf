import * as v from 'valibot';
import type { Endpoint } from '../net/endpoint.ts';
import { SECRET_TAG } from '../observe/names.ts';
import { text } from '../secrets/credential.ts';
import { Redacted } from '../secrets/redacted.ts';
import { requestToken } from './access-token.ts';
import {
  type Admin,
  adminFields,
  administrator,
  adminSecretId,
  allowedEndpoints,
  type ReadAdmin,
} from './admin-secret.ts';
import { ANY_ANSWER, HttpApi, type HttpDeps } from './http-api.ts';
import {
  type IssuedCredential,
  type IssuingProvider,
  type MintedCredential,
  type Owner,
  ProviderError,
  type ProviderErrorReason,
  submissionEndpoints,
} from './provider.ts';

const guid = v.pipe(v.string('a GUID'), v.uuid('a GUID'));

/**
 * Microsoft 365: `mailbox` is the user name, and the password a client secret of the application `clientId`, whose
 * object id is `objectId`; it needs SMTP.SendAsApp and no more, and the tag `keyturn:secret=<ARN of the secret>`. The secret
 * `adminSecretId` holds `{ "type": "entra", "tenantId", "clientId", "clientSecret" }` of another application, which owns the
 * first one and has Microsoft Graph's Application.ReadWrite.OwnedBy: so a client secret that leaks from a mail sender cannot
 * make itself a new one.
 */
export const entraSchema = v.object({
  type: v.literal('entra'),
  tenantId: guid,
  clientId: guid,
  objectId: guid,
  mailbox: v.pipe(v.string('a mailbox'), v.maxLength(254, 'a mailbox'), v.email('a mailbox')),
  adminSecretId,
  /** Where a policy of the tenant allows no more; without it Microsoft's two years. */
  lifetimeDays: v.exactOptional(
    v.pipe(v.number('days'), v.integer('days'), v.minValue(1, 'days'), v.maxValue(730, 'days')),
  ),
});

export type EntraProvider = Readonly<v.InferOutput<typeof entraSchema>>;

const BASE_URL = 'https://graph.microsoft.com';
const SCOPE = 'https://graph.microsoft.com/.default';
/** Not documented; a name is only a label, so a short one is safe. */
const NAME_LIMIT = 100;
const TOKEN_LIMIT_MS = 5000;
const DAY_MS = 24 * 60 * 60 * 1000;

const adminSecret = v.object({
  ...adminFields('entra'),
  tenantId: guid,
  clientId: guid,
  clientSecret: text(1024),
});

const minted = v.object({
  keyId: v.pipe(v.string(), v.uuid()),
  secretText: v.pipe(v.string(), v.nonEmpty()),
});
const application = v.object({
  appId: v.string(),
  tags: v.array(v.string()),
  passwordCredentials: v.array(
    v.object({
      keyId: v.pipe(v.string(), v.uuid()),
      displayName: v.nullish(v.string(), null),
      startDateTime: v.nullish(v.string(), null),
      endDateTime: v.nullish(v.string(), null),
    }),
  ),
});

/** What the token endpoint says of the administrator's client secret. */
const TOKEN_REASONS = {
  'client-secret-rejected': 'unauthorized',
  'token-refused': 'unauthorized',
  'token-unavailable': 'unavailable',
} as const satisfies Record<string, ProviderErrorReason>;

/**
 * Microsoft Entra: client secrets of one application, for SMTP by XOAUTH2. Microsoft says nothing of their use in its
 * stable API, and cannot switch one off.
 * Source: learn.microsoft.com/graph/api, application-addpassword, application-removepassword, application-get.
 */
export class EntraSecrets implements IssuingProvider {
  readonly kind = 'issuing';
  readonly limit = null;
  readonly reversible = false;
  readonly lastUsed = false;
  readonly keepsNames = true;
  readonly nameLimit = NAME_LIMIT;
  readonly #provider: EntraProvider;
  readonly #deps: HttpDeps;
  readonly #admin: () => Promise<Admin<v.InferOutput<typeof adminSecret>>>;
  readonly #api: HttpApi;

  constructor(
    provider: EntraProvider,
    deps: HttpDeps & { readonly readAdmin: ReadAdmin },
    baseUrl: string = BASE_URL,
  ) {
    this.#provider = provider;
    this.#deps = deps;
    this.#admin = administrator(deps.readAdmin, provider.adminSecretId, adminSecret);
    const authorization = () => this.#authorization();
    this.#api = new HttpApi({ provider: 'Microsoft Graph', baseUrl, authorization }, deps);
  }

  /**
   * Of the global cloud alone, as the token endpoint is: no token of it opens the others. A new client secret is sent to the
   * token endpoint as well, so the tenant must be the administrator's.
   */
  async endpoints(): Promise<readonly Endpoint[]> {
    return allowedEndpoints(submissionEndpoints(['smtp.office365.com'], [587]), await this.#administrator());
  }

  /** From the tags of the application, `keyturn:secret=<ARN>`; one that names several belongs to none of them. */
  async owner(): Promise<Owner> {
    const { tags } = await this.#application();
    const prefix = `${SECRET_TAG}=`;
    const owners = tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
    return { kind: 'tagged', secretArn: owners.length === 0 ? null : owners.join(' and ') };
  }

  /** A client secret that has expired is one that is switched off. */
  async list(): Promise<readonly IssuedCredential[]> {
    const { passwordCredentials } = await this.#application();
    return passwordCredentials.map(({ keyId, displayName, startDateTime, endDateTime }) => ({
      id: keyId,
      name: displayName,
      active: endDateTime === null || Date.parse(endDateTime) > this.#deps.now(),
      createdAt: startDateTime === null ? null : Date.parse(startDateTime),
      lastUsedAt: null,
      lastUsedBy: null,
    }));
  }

  async mint(name: string): Promise<MintedCredential> {
    const { lifetimeDays, mailbox } = this.#provider;
    const end = lifetimeDays && new Date(this.#deps.now() + lifetimeDays * DAY_MS).toISOString();
    const passwordCredential = { displayName: name, ...(end && { endDateTime: end }) };
    const path = [...this.#path(), 'addPassword'];
    const { keyId, secretText } = await this.#api.call({
      method: 'POST',
      path,
      body: { passwordCredential },
      answer: minted,
    });
    return { id: keyId, username: mailbox, password: new Redacted(secretText) };
  }

  async deactivate(): Promise<never> {
    throw new ProviderError('refused', 'Microsoft Entra cannot switch a client secret off');
  }

  async reactivate(): Promise<never> {
    throw new ProviderError('refused', 'Microsoft Entra cannot switch a client secret on');
  }

  /** Graph does not document what it says of one that is gone, so a refusal is checked against the list. */
  async remove(keyId: string): Promise<void> {
    const path = [...this.#path(), 'removePassword'];
    const deadline = this.#api.deadline();
    try {
      await this.#api.call({ method: 'POST', path, body: { keyId }, answer: ANY_ANSWER, deadline });
    } catch (error) {
      const isRefused = error instanceof ProviderError && error.reason === 'refused';
      if (!isRefused) throw error;
      const { passwordCredentials } = await this.#application(deadline);
      if (passwordCredentials.some((one) => one.keyId === keyId)) throw error;
    }
  }

  /** The object id and the client id stand side by side in the secret: both must be of one application. */
  async #application(deadline = this.#api.deadline()) {
    const query = { $select: 'appId,tags,passwordCredentials' };
    const call = { method: 'GET', path: this.#path(), query, answer: application, deadline } as const;
    const found = await this.#api.call(call);
    if (isSame(found.appId, this.#provider.clientId)) return found;
    throw new ProviderError(
      'refused',
      'the application of `objectId` is another one than that of `clientId`',
    );
  }

  #path(): string[] {
    return ['v1.0', 'applications', this.#provider.objectId];
  }

  async #administrator() {
    const admin = await this.#admin();
    if (isSame(admin.tenantId, this.#provider.tenantId)) return admin;
    const { adminSecretId } = this.#provider;
    throw new ProviderError(
      'endpoint-changed',
      `\`tenantId\` is another one than in the admin secret ${adminSecretId}, so nothing was sent to its token endpoint: put the one of the admin secret into the credential's secret`,
    );
  }

  async #authorization(): Promise<Redacted> {
    const { tenantId, clientId, clientSecret } = await this.#administrator();
    const { adminSecretId } = this.#provider;
    const asked = { tenantId, clientId, clientSecret: new Redacted(clientSecret) };
    const outcome = await requestToken(asked, SCOPE, TOKEN_LIMIT_MS, this.#deps.fetch);
    if (outcome.kind === 'issued') return new Redacted(`Bearer ${outcome.token.reveal()}`);
    const message = `Microsoft Entra gave no token for the application in the admin secret ${adminSecretId}: ${outcome.kind}`;
    throw new ProviderError(TOKEN_REASONS[outcome.kind], message);
  }
}

/** GUIDs are compared without regard to case (RFC 9562 section 4). */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
