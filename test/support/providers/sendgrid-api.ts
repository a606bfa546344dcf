import { randomBytes } from 'node:crypto';
import type { ApiAnswer, ApiRequest } from './faulty-http.ts';

const LIMIT = 100;

interface Key {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly scopes: readonly string[];
}

/**
 * The API keys API of Twilio SendGrid, as its OpenAPI description has it (tsg_api_keys_v3), and what its SMTP server
 * would say of a login.
 */
export class SendGridApi {
  readonly adminKey = `SG.admin.${randomBytes(32).toString('base64url')}`;
  readonly keys = new Map<string, Key>();

  handle = ({ method, path, headers, body }: ApiRequest): ApiAnswer => {
    if (headers.authorization !== `Bearer ${this.adminKey}`) return refusal(401, 'authorization required');
    const [version, resource, id] = path;
    if (version !== 'v3' || resource !== 'api_keys') return refusal(404, 'not found');
    if (method === 'POST' && id === undefined) return this.#create(JSON.parse(body));
    if (method === 'GET' && id === undefined) return { status: 200, body: { result: this.#listed() } };
    if (method === 'DELETE' && id !== undefined) {
      return this.keys.delete(id) ? { status: 204 } : refusal(404, 'API Key not found');
    }
    return refusal(405, 'method not allowed');
  };

  accepts(username: string, password: string): boolean {
    const found = [...this.keys.values()].find(({ key }) => key === password);
    return username === 'apikey' && found?.scopes.includes('mail.send') === true;
  }

  add(name: string, scopes: readonly string[] = ['mail.send']): Key {
    const id = randomBytes(16).toString('base64url');
    const added = { id, name, scopes, key: `SG.${id}.${randomBytes(32).toString('base64url')}` };
    this.keys.set(id, added);
    return added;
  }

  #create({ name, scopes }: { name?: string; scopes?: string[] }): ApiAnswer {
    if (!name) return refusal(400, 'missing required argument');
    if (this.keys.size >= LIMIT) return refusal(403, 'Cannot create more than 100 API Keys');
    // Left out, they are all of the account's.
    const { id, key, scopes: given } = this.add(name, scopes ?? ['mail.send', 'api_keys.create']);
    return { status: 201, body: { api_key: key, api_key_id: id, name, scopes: given } };
  }

  #listed() {
    return [...this.keys.values()].map(({ id, name }) => ({ api_key_id: id, name }));
  }
}

export function refusal(status: number, message: string): ApiAnswer {
  return { status, body: { errors: [{ field: null, message }] } };
}
