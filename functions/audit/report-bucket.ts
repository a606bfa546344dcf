import { gzipSync } from 'node:zlib';
import { AwsClient } from 'aws4fetch';
import { MultipartUpload, type Send } from './multipart-upload.ts';

/** Covers all of aws4fetch's own tries. */
const LIMIT_MS = 20_000;
/** Of a body that is read as it is worked through. */
const STREAM_LIMIT_MS = 10 * 60_000;
/** S3 takes no part below 5 MiB but the last. */
const PART_BYTES = 8 * 1024 * 1024;

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
    await this.#send('PUT', key, JSON.stringify(value), 'application/json');
  }

  /** For what only functions read: findings take a tenth of the space, and `getJson` opens them by itself. */
  async putCompressed(key: string, value: unknown): Promise<void> {
    const body = gzipSync(JSON.stringify(value));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const response = await this.#fetch(key, { method: 'PUT', body, headers });
    if (!response.ok) throw new Error(`PUT of ${key}: expected 200 from S3, got ${response.status}`);
  }

  async putHtml(key: string, page: string): Promise<void> {
    await this.#send('PUT', key, page, 'text/html; charset=utf-8');
  }

  /** An object of any length in bounded memory; there is none until all of it was sent. */
  async putStream(key: string, contentType: string, chunks: AsyncIterable<string>): Promise<void> {
    let upload: MultipartUpload | undefined;
    // Text, since each small buffer that waits keeps a whole slab of Node's pool: ten times its size.
    let waiting = '';
    let size = 0;
    for await (const chunk of chunks) {
      waiting += chunk;
      size += Buffer.byteLength(chunk);
      if (size < PART_BYTES) continue;
      upload ??= await MultipartUpload.begin(this.#send, key, contentType);
      await upload.part(Buffer.from(waiting));
      waiting = '';
      size = 0;
    }
    const rest = Buffer.from(waiting);
    if (!upload) return void (await this.#send('PUT', key, rest, contentType));
    if (size > 0) await upload.part(rest);
    await upload.complete();
  }

  /** Whether there is such an object; like `getJson`, only for a role that has s3:ListBucket. */
  async has(key: string): Promise<boolean> {
    const { status, ok } = await this.#fetch(key, { method: 'HEAD' });
    if (!ok && status !== 404) throw new Error(`HEAD of ${key}: expected 200 or 404 from S3, got ${status}`);
    return ok;
  }

  /** A URL by which anybody may get the object for so many seconds, in the name of this function's role. */
  async linkTo(key: string, seconds: number): Promise<string> {
    const url = `${this.#url}/${key}?X-Amz-Expires=${seconds}`;
    return (await this.#client.sign(url, { aws: { signQuery: true } })).url;
  }

  /** What `putJson` wrote, or undefined. S3 says 404 only to a role that has s3:ListBucket, otherwise 403. */
  async getJson<T>(key: string): Promise<T | undefined> {
    const response = await this.#get(key);
    return response && ((await response.json()) as T);
  }

  /** The lines of an object as they arrive, or undefined when there is none. */
  async getLines(key: string): Promise<AsyncIterable<string> | undefined> {
    const response = await this.#get(key, STREAM_LIMIT_MS);
    return response && linesOf(response);
  }

  async #get(key: string, limitMs = LIMIT_MS): Promise<Response | undefined> {
    const response = await this.#fetch(key, { method: 'GET' }, limitMs);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`GET of ${key}: expected 200 from S3, got ${response.status}`);
    return response;
  }

  readonly #send: Send = async (method, keyAndQuery, body, contentType) => {
    const response = await this.#fetch(keyAndQuery, {
      method,
      ...(body !== undefined && { body }),
      ...(contentType && { headers: { 'content-type': contentType } }),
    });
    if (response.ok) return response;
    const [key] = keyAndQuery.split('?');
    throw new Error(`${method} of ${key}: expected 200 from S3, got ${response.status}`);
  };

  #fetch(
    key: string,
    init: RequestInit & { headers?: Record<string, string> },
    limitMs = LIMIT_MS,
  ): Promise<Response> {
    // A connection kept alive while Lambda froze the function is dead, and fetch would only say "fetch failed".
    const headers = { ...init.headers, connection: 'close' };
    return this.#client.fetch(`${this.#url}/${key}`, {
      ...init,
      headers,
      signal: AbortSignal.timeout(limitMs),
    });
  }
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (!body) return;
  let line = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const pieces = (line + text).split('\n');
    line = pieces.pop() ?? '';
    yield* pieces;
  }
  if (line) yield line;
}
