import { randomBytes, randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiRequest } from './faulty-http.ts';

const TOKEN_SECONDS = 3599;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

interface ClientSecret {
  readonly keyId: string;
  readonly displayName: string | null;
  readonly startDateTime: string;
  readonly endDateTime: string;
  readonly secretText: string;
}

interface Token {
  readonly clientId: string;
  readonly scope: string;
}

/**
 * Microsoft Entra's token endpoint, the calls of Microsoft Graph that manage one application, and what Exchange would
 * say of a login; as learn.microsoft.com has them (v2-oauth2-client-creds-grant-flow, application-addpassword,
 * application-removepassword, application-get).
 */
export class EntraApi {
  readonly tenantId = randomUUID();
  readonly objectId = randomUUID();
  readonly clientId = randomUUID();
  readonly mailbox = 'orders@example.com';
  readonly admin = { clientId: randomUUID(), clientSecret: `adm~${randomBytes(24).toString('base64url')}` };
  readonly secrets = new Map<string, ClientSecret>();
  readonly tokens = new Map<string, Token>();
  readonly tags: string[] = [];

  graph = ({ method, path, headers, body }: ApiRequest): ApiAnswer => {
    const token = this.tokens.get(String(headers.authorization).replace('Bearer ', ''));
    if (
      !token ||
      token.clientId !== this.admin.clientId ||
      !token.scope.startsWith('https://graph.microsoft.com/')
    )
      return graphRefusal(401, 'InvalidAuthenticationToken');
    const [version, resource, id, action] = path;
    if (version !== 'v1.0' || resource !== 'applications' || id !== this.objectId)
      return graphRefusal(404, 'Request_ResourceNotFound');
    if (method === 'GET' && action === undefined) return this.#application();
    if (method === 'POST' && action === 'addPassword') return this.#add(JSON.parse(body));
    if (method === 'POST' && action === 'removePassword') return this.#remove(JSON.parse(body));
    return graphRefusal(400, 'Request_BadRequest');
  };

  token = ({ method, path, headers, body }: ApiRequest): ApiAnswer => {
    const [tenant, ...rest] = path;
    if (method !== 'POST' || rest.join('/') !== 'oauth2/v2.0/token') return { status: 404 };
    if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return tokenRefusal(400, 'invalid_request', 900144);
    const form = new URLSearchParams(body);
    if (tenant !== this.tenantId) return tokenRefusal(400, 'invalid_request', 90002);
    if (form.get('grant_type') !== 'client_credentials')
      return tokenRefusal(400, 'unsupported_grant_type', 70003);
    return this.#issue(form.get('client_id') ?? '', form.get('client_secret') ?? '', form.get('scope') ?? '');
  };

  /** Exchange takes a token for the mailbox whose application it was issued to. */
  acceptsToken(username: string, token: string): boolean {
    const issued = this.tokens.get(token);
    return (
      username === this.mailbox &&
      issued?.clientId === this.clientId &&
      issued.scope === 'https://outlook.office365.com/.default'
    );
  }

  accepts(username: string, clientSecret: string): boolean {
    return username === this.mailbox && this.#isLive(clientSecret);
  }

  add(
    displayName: string | null,
    endDateTime = new Date(Date.now() + 2 * YEAR_MS).toISOString(),
  ): ClientSecret {
    const secretText = `new~${randomBytes(24).toString('base64url')}`;
    const startDateTime = new Date().toISOString();
    const secret = { keyId: randomUUID(), displayName, startDateTime, endDateTime, secretText };
    this.secrets.set(secret.keyId, secret);
    return secret;
  }

  #issue(clientId: string, secret: string, scope: string): ApiAnswer {
    const isAdmin = clientId === this.admin.clientId;
    if (!isAdmin && clientId !== this.clientId) return tokenRefusal(400, 'unauthorized_client', 700016);
    if (!scope.endsWith('/.default')) return tokenRefusal(400, 'invalid_scope', 1002012);
    const right = isAdmin ? secret === this.admin.clientSecret : this.#isLive(secret);
    if (!right) return tokenRefusal(401, 'invalid_client', 7000215);
    const token = `eyJ.${randomBytes(24).toString('base64url')}`;
    this.tokens.set(token, { clientId, scope });
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: TOKEN_SECONDS,
        ext_expires_in: TOKEN_SECONDS,
        access_token: token,
      },
    };
  }

  #isLive(clientSecret: string): boolean {
    const found = [...this.secrets.values()].find(({ secretText }) => secretText === clientSecret);
    return found !== undefined && Date.parse(found.endDateTime) > Date.now();
  }

  #application(): ApiAnswer {
    const passwordCredentials = [...this.secrets.values()].map(({ secretText, ...shown }) => ({
      ...shown,
      customKeyIdentifier: null,
      hint: secretText.slice(0, 3),
      secretText: null,
    }));
    return { status: 200, body: { appId: this.clientId, tags: this.tags, passwordCredentials } };
  }

  #add({ passwordCredential = {} }: { passwordCredential?: { displayName?: string; endDateTime?: string } }) {
    const { displayName = null, endDateTime } = passwordCredential;
    const added = this.add(displayName, endDateTime);
    return { status: 200, body: { ...added, customKeyIdentifier: null, hint: added.secretText.slice(0, 3) } };
  }

  #remove({ keyId = '' }: { keyId?: string }): ApiAnswer {
    return this.secrets.delete(keyId) ? { status: 204 } : graphRefusal(400, 'Request_BadRequest');
  }
}

export function graphRefusal(status: number, code: string): ApiAnswer {
  return { status, body: { error: { code, message: code, innerError: {} } } };
}

export function tokenRefusal(status: number, error: string, code: number): ApiAnswer {
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: no.`,
      error_codes: [code],
      trace_id: '',
      correlation_id: '',
    },
  };
}
