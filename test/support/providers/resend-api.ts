import { randomBytes, randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiRequest } from './faulty-http.ts';

const NAME_LIMIT = 50;
const PAGE_LIMIT = 100;

interface Key {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly permission: string;
  readonly domainId: string | null;
  readonly createdAt: string;
  lastUsedAt: string | null;
}

/** The API keys API of Resend (resend.com/docs/api-reference/api-keys), and what its SMTP server would say of a login. */
export class ResendApi {
  readonly adminKey = `re_admin_${randomBytes(24).toString('base64url')}`;
  readonly keys = new Map<string, Key>();

  handle = ({ method, path, query, headers, body }: ApiRequest): ApiAnswer => {
    if (!headers.authorization) return refusal(401, 'missing_api_key');
    if (headers.authorization !== `Bearer ${this.adminKey}`) return refusal(403, 'invalid_api_key');
    const [resource, id] = path;
    if (resource !== 'api-keys') return refusal(404, 'not_found');
    if (method === 'POST' && id === undefined) return this.#create(JSON.parse(body));
    if (method === 'GET' && id === undefined) return this.#list(query);
    if (method === 'DELETE' && id !== undefined) {
      return this.keys.delete(id) ? { status: 200 } : refusal(404, 'not_found');
    }
    return refusal(405, 'method_not_allowed');
  };

  accepts(username: string, password: string): boolean {
    const key = [...this.keys.values()].find(({ token }) => token === password);
    if (username !== 'resend' || !key) return false;
    key.lastUsedAt = stamp();
    return true;
  }

  add(name: string, permission = 'sending_access', domainId: string | null = null): Key {
    const token = `re_${randomBytes(24).toString('base64url')}`;
    const key = { id: randomUUID(), name, token, permission, domainId, createdAt: stamp(), lastUsedAt: null };
    this.keys.set(key.id, key);
    return key;
  }

  #create(body: { name?: string; permission?: string; domain_id?: string }): ApiAnswer {
    const { name = '', permission = 'full_access', domain_id = null } = body;
    if (name === '' || name.length > NAME_LIMIT) return refusal(422, 'validation_error');
    const { id, token } = this.add(name, permission, domain_id);
    return { status: 201, body: { id, token } };
  }

  /** Without `limit` all of them come in one answer; `after` is the id of the last one of the page before. */
  #list(query: URLSearchParams): ApiAnswer {
    const limit = Number(query.get('limit') ?? this.keys.size);
    if (limit > PAGE_LIMIT && query.has('limit')) return refusal(422, 'validation_error');
    const all = [...this.keys.values()];
    const from = all.findIndex(({ id }) => id === query.get('after')) + 1;
    const page = all.slice(from, from + limit);
    const data = page.map(({ id, name, createdAt, lastUsedAt }) => ({
      id,
      name,
      created_at: createdAt,
      last_used_at: lastUsedAt,
    }));
    return { status: 200, body: { object: 'list', has_more: from + limit < all.length, data } };
  }
}

function stamp(): string {
  return new Date().toISOString().replace('Z', '000+00:00');
}

export function refusal(statusCode: number, name: string): ApiAnswer {
  return { status: statusCode, body: { statusCode, name, message: name } };
}
