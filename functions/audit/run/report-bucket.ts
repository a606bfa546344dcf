import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { AwsClient } from 'aws4fetch';
import { type Answer, endsIn, exchange, outcomeOf, within } from '../../net/http.ts';
import { send } from '../../net/send.ts';
import { KeyturnError } from '../../observe/shown.ts';
import { MultipartUpload, type Send } from './multipart-upload.ts';

/** Of one request with all its tries. */
const LIMIT_MS = 20_000;
/** Of a body that is read as it is worked through. */
const STREAM_LIMIT_MS = 10 * 60_000;
const TRIES = 10;
const BACKOFF_MS = 50;
/** What S3 says of a request. */
const MOST_BYTES = 64 * 1024;
/** Of an object that is held in memory: a result is half a megabyte, what is known of a large account some times that. */
const MOST_OBJECT_BYTES = 64 * 1024 * 1024;
/** Of an object that is read line by line, and of a line: a plan of 100,000 credentials is 12 MB, in lines of 3 KB. */
const MOST_STREAM_BYTES = 1024 * 1024 * 1024;
const LONGEST_LINE = 1024 * 1024;
/** S3 takes no part below 5 MiB but the last. */
const PART_BYTES = 8 * 1024 * 1024;
/** For who follows a link: a report is nobody's to keep. */
const NOT_KEPT = { 'cache-control': 'no-store' };

type Answered = Extract<Answer, { kind: 'answered' }>;

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
    const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    await this.#expect2xx('PUT', key, gzipSync(JSON.stringify(value)), type);
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
    return (await this.#find('HEAD', key)) !== undefined;
  }

  /** A URL by which anybody may get the object for so many seconds, in the name of this function's role. */
  async linkTo(key: string, seconds: number): Promise<string> {
    const url = `${this.#url}/${key}?X-Amz-Expires=${seconds}`;
    return (await this.#client.sign(url, { aws: { signQuery: true } })).url;
  }

  /** What `putJson` wrote, or undefined. S3 says 404 only to a role that has s3:ListBucket, otherwise 403. */
  async getJson<T>(key: string): Promise<T | undefined> {
    const answer = await this.#find('GET', key);
    return answer && (JSON.parse(answer.body.toString()) as T);
  }

  /** The lines of an object as they arrive, or undefined when there is none. */
  async getLines(key: string): Promise<AsyncIterable<string> | undefined> {
    const signal = endsIn(STREAM_LIMIT_MS);
    const { status, body } = await patiently(signal, async () => {
      const received = await send(await this.#signed('GET', key, {}), { signal });
      if (received.status !== 200) for await (const _ of within(received.body, MOST_BYTES));
      return received;
    });
    if (status === 404) return undefined;
    if (status !== 200) throw unexpected('GET', key, '200', String(status));
    return linesOf(within(body, MOST_STREAM_BYTES));
  }

  async #find(method: 'GET' | 'HEAD', key: string): Promise<Answered | undefined> {
    const answer = await this.#ask(method, key, {}, MOST_OBJECT_BYTES);
    if (answer.kind === 'answered' && answer.status === 200) return answer;
    if (answer.kind !== 'unanswered' && answer.status === 404) return undefined;
    throw unexpected(method, key, method === 'HEAD' ? '200 or 404' : '200', outcomeOf(answer));
  }

  readonly #send: Send = async (method, keyAndQuery, bytes, contentType) => {
    const type = contentType ? { 'content-type': contentType } : {};
    const { headers, body } = await this.#expect2xx(method, keyAndQuery, bytes, type);
    return { headers, text: async () => body.toString() };
  };

  async #expect2xx(
    method: 'POST' | 'PUT',
    keyAndQuery: string,
    body: Uint8Array<ArrayBuffer> | string | undefined,
    type: Record<string, string>,
  ): Promise<Answered> {
    const headers = Object.keys(type).length > 0 ? { ...type, ...NOT_KEPT } : {};
    const init = { headers, ...(body !== undefined && { body }) };
    const answer = await this.#ask(method, keyAndQuery, init, MOST_BYTES);
    if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) return answer;
    const [key = ''] = keyAndQuery.split('?');
    throw unexpected(method, key, '200', outcomeOf(answer));
  }

  #ask(method: string, keyAndQuery: string, init: RequestInit, mostBytes: number): Promise<Answer> {
    const limits = { signal: endsIn(LIMIT_MS), mostBytes };
    return patiently(limits.signal, async () =>
      exchange(send, await this.#signed(method, keyAndQuery, init), {}, limits),
    );
  }

  #signed(method: string, keyAndQuery: string, init: RequestInit): Promise<Request> {
    return this.#client.sign(`${this.#url}/${keyAndQuery}`, { ...init, method });
  }
}

/** Tries again what S3 could not do for now. */
async function patiently<A extends object>(signal: AbortSignal, attempt: () => Promise<A>): Promise<A> {
  for (let tried = 1; ; tried += 1) {
    const answer = await attempt();
    const status = 'status' in answer ? Number(answer.status) : 0;
    const mayPass = status >= 500 || status === 429;
    if (!mayPass || tried === TRIES || signal.aborted) return answer;
    // At the deadline the last answer of S3 says more than that there was none.
    const isInTime = await sleep(Math.random() * BACKOFF_MS * 2 ** tried, true, { signal }).catch(
      () => false,
    );
    if (!isInTime) return answer;
  }
}

function unexpected(method: string, key: string, expected: string, got: string): KeyturnError {
  return new KeyturnError(`${method} of ${key}: expected ${expected} from S3, got ${got}`);
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line = '';
  for await (const chunk of chunks) {
    const pieces = (line + decoder.decode(chunk, { stream: true })).split('\n');
    line = pieces.pop() ?? '';
    if (line.length > LONGEST_LINE) throw new KeyturnError(`a line of more than ${LONGEST_LINE} characters`);
    yield* pieces;
  }
  if (line) yield line;
}
