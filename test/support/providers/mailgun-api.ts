import { randomBytes } from 'node:crypto';
import type { ApiAnswer, ApiRequest } from './faulty-http.ts';

/** The help center: "between 5 and 32 characters". */
const SHORTEST = 5;
const LONGEST = 32;

/**
 * The credentials API of Mailgun (documentation.mailgun.com, "Credentials"), and what its SMTP server would say of a
 * login. With it comes the call that deletes every credential of the domain at once.
 */
export class MailgunApi {
  readonly adminKey = randomBytes(16).toString('hex');
  readonly domain = 'mg.example.com';
  readonly passwords = new Map<string, string>();

  handle = async (request: ApiRequest): Promise<ApiAnswer> => {
    const { method, path, headers } = request;
    const expected = `Basic ${Buffer.from(`api:${this.adminKey}`).toString('base64')}`;
    if (headers.authorization !== expected) return { status: 401, body: 'Forbidden' };
    const [version, domains, domain, credentials, login = ''] = path;
    if (version !== 'v3' || domains !== 'domains' || credentials !== 'credentials')
      return refusal(404, 'Not Found');
    if (domain !== this.domain) return refusal(404, 'Domain not found');
    if (method === 'DELETE' && login === '') {
      this.passwords.clear();
      return { status: 200, body: { message: 'All domain credentials have been deleted' } };
    }
    if (method === 'PUT' && login !== '') return this.#update(login, await formOf(request));
    return refusal(405, 'Method Not Allowed');
  };

  accepts(username: string, password: string): boolean {
    return this.passwords.get(username) === password;
  }

  /** A login is named with or without its domain. */
  #update(spec: string, form: FormData): ApiAnswer {
    const login = spec.includes('@') ? spec : `${spec}@${this.domain}`;
    const password = String(form.get('password') ?? '');
    if (!this.passwords.has(login)) return refusal(404, 'Credentials not found');
    if (password.length < SHORTEST || password.length > LONGEST)
      return refusal(400, 'Password is of a wrong length');
    this.passwords.set(login, password);
    return { status: 200, body: { message: 'Password changed' } };
  }
}

function formOf({ headers, body }: ApiRequest): Promise<FormData> {
  return new Response(body, { headers: { 'Content-Type': headers['content-type'] ?? '' } }).formData();
}

export function refusal(status: number, message: string): ApiAnswer {
  return { status, body: { message } };
}
