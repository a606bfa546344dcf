import * as v from 'valibot';
import { Redacted } from '../../credential/redacted.ts';
import { text } from '../../credential/text.ts';
import { SECRET_TAG } from '../../observe/names.ts';
import { requestToken } from '../../token/entra-token.ts';
import type { IssuedCredential, IssuingProvider, MintedCredential } from '../provider.ts';
import { type ReadSecret, readAdminSecret } from './admin-secret.ts';
import type { EntraProvider } from './entra-schema.ts';
import { ANY_ANSWER, HttpApi, type HttpDeps } from './http-api.ts';
import { ProviderError, type ProviderErrorReason } from './provider-error.ts';

const BASE_URL = 'https://graph.microsoft.com';
const SCOPE = 'https://graph.microsoft.com/.default';
/** Not documented; a name is only a label, so a short one is safe. */
const NAME_LIMIT = 100;
const TOKEN_LIMIT_MS = 5000;
const DAY_MS = 24 * 60 * 60 * 1000;

const adminSecret = v.object({
  clientId: v.pipe(v.string('a GUID'), v.uuid('a GUID')),
  clientSecret: text(1024),
});

const minted = v.object({
  keyId: v.pipe(v.string(), v.uuid()),
  secretText: v.pipe(v.string(), v.nonEmpty()),
});
const application = v.object({
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
  readonly #api: HttpApi;

  constructor(
    provider: EntraProvider,
    deps: HttpDeps & { readonly readSecret: ReadSecret },
    baseUrl: string = BASE_URL,
  ) {
    this.#provider = provider;
    this.#deps = deps;
    const authorization = () => this.#authorization(deps.readSecret);
    this.#api = new HttpApi({ provider: 'Microsoft Graph', baseUrl, authorization }, deps);
  }

  /** From a tag of the application, `keyturn:secret=<name>`. */
  async owner(): Promise<string | null> {
    const { tags } = await this.#application();
    const prefix = `${SECRET_TAG}=`;
    return tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length) ?? null;
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

  #application(deadline = this.#api.deadline()) {
    const query = { $select: 'tags,passwordCredentials' };
    return this.#api.call({ method: 'GET', path: this.#path(), query, answer: application, deadline });
  }

  #path(): string[] {
    return ['v1.0', 'applications', this.#provider.objectId];
  }

  async #authorization(readSecret: ReadSecret): Promise<Redacted> {
    const { tenantId, adminSecretId } = this.#provider;
    const { clientId, clientSecret } = await readAdminSecret(readSecret, adminSecretId, adminSecret);
    const administrator = { tenantId, clientId, clientSecret: new Redacted(clientSecret) };
    const outcome = await requestToken(administrator, SCOPE, TOKEN_LIMIT_MS, this.#deps.fetch);
    if (outcome.kind === 'issued') return new Redacted(`Bearer ${outcome.token.reveal()}`);
    const message = `Microsoft Entra gave no token for the application in the admin secret ${adminSecretId}: ${outcome.kind}`;
    throw new ProviderError(TOKEN_REASONS[outcome.kind], message);
  }
}
