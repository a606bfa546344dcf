import { AwsClient } from 'aws4fetch';

/** Covers all of aws4fetch's own tries. */
const LIMIT_MS = 20_000;

/** The report bucket by plain signed HTTP: the S3 client of the SDK is larger than all the rest of a function. */
export class ReportBucket {
  readonly #client: AwsClient;
  readonly #url: string;

  constructor(bucket: string, env = process.env) {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN, AWS_REGION = '' } = env;
    this.#client = new AwsClient({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
      service: 's3',
      region: AWS_REGION,
    });
    this.#url = env.AWS_ENDPOINT_URL
      ? `${env.AWS_ENDPOINT_URL}/${bucket}`
      : `https://${bucket}.s3.${AWS_REGION}.amazonaws.com`;
  }

  async putJson(key: string, value: unknown): Promise<void> {
    await this.#put(key, JSON.stringify(value), 'application/json');
  }

  async putHtml(key: string, page: string): Promise<void> {
    await this.#put(key, page, 'text/html; charset=utf-8');
  }

  /** What `putJson` wrote, or undefined. S3 says 404 only to a role that has s3:ListBucket, otherwise 403. */
  async getJson<T>(key: string): Promise<T | undefined> {
    const response = await this.#fetch(key, { method: 'GET' });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`GET of ${key}: expected 200 from S3, got ${response.status}`);
    return (await response.json()) as T;
  }

  async #put(key: string, body: string, contentType: string): Promise<void> {
    const response = await this.#fetch(key, {
      method: 'PUT',
      body,
      headers: { 'content-type': contentType },
    });
    if (!response.ok) throw new Error(`PUT of ${key}: expected 200 from S3, got ${response.status}`);
  }

  #fetch(key: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
    // A connection kept alive while Lambda froze the function is dead, and fetch would only say "fetch failed".
    const headers = { ...init.headers, connection: 'close' };
    return this.#client.fetch(`${this.#url}/${key}`, {
      ...init,
      headers,
      signal: AbortSignal.timeout(LIMIT_MS),
    });
  }
}
