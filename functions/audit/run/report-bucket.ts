import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { endsIn, within } from '../../net/http.ts';
import { KeyturnError } from '../../observe/shown.ts';

/** Of one request with all its attempts. */
const LIMIT_MS = 20_000;
/** Of a body that is read as it is worked through. */
const STREAM_LIMIT_MS = 10 * 60_000;
/** Of an object that is held in memory: a result is half a megabyte, what is known of a large account some times that. */
const MOST_OBJECT_BYTES = 64 * 1024 * 1024;
/** Of an object that is read line by line, and of a line: a plan of 100,000 credentials is 12 MB, in lines of 3 KB. */
const MOST_STREAM_BYTES = 1024 * 1024 * 1024;
const LONGEST_LINE = 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
const PIECE_CHARACTERS = 1024 * 1024;
const GZIP = 'gzip';
/** For who follows a link: a report is nobody's to keep. */
const NOT_KEPT = { CacheControl: 'no-store' };

type Body = AsyncIterable<Uint8Array>;

/** The report bucket. Rejects with the SDK's error. */
export class ReportBucket {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async putJson(key: string, value: unknown): Promise<void> {
    await this.#put(key, { Body: JSON.stringify(value), ContentType: 'application/json' });
  }

  /** For what only functions read: findings take a tenth of the space, and `getJson` opens them by itself. */
  async putCompressed(key: string, value: unknown): Promise<void> {
    const type = { ContentType: 'application/json', ContentEncoding: GZIP };
    await this.#put(key, { Body: gzipSync(JSON.stringify(value)), ...type });
  }

  async putHtml(key: string, page: string): Promise<void> {
    await this.#put(key, { Body: page, ContentType: 'text/html; charset=utf-8' });
  }

  /**
   * An object of any length in bounded memory; there is none until all of it was sent. The bucket's lifecycle takes away what
   * was not: the role may put objects, and delete nothing.
   */
  async putStream(key: string, contentType: string, chunks: AsyncIterable<string>): Promise<void> {
    const params = {
      ...this.#at(key),
      ...NOT_KEPT,
      ContentType: contentType,
      Body: Readable.from(pieces(chunks)),
    };
    const how = { partSize: PART_BYTES, queueSize: 1, leavePartsOnError: true };
    await new Upload({ client: this.#client, params, ...how }).done();
  }

  /** Whether there is such an object; like `getJson`, only for a role that has s3:ListBucket. */
  async has(key: string): Promise<boolean> {
    const head = this.#client.send(new HeadObjectCommand(this.#at(key)), { abortSignal: endsIn(LIMIT_MS) });
    return (await orNone(head)) !== undefined;
  }

  /** A URL by which anybody may get the object for so many seconds, in the name of this function's role. */
  linkTo(key: string, seconds: number): Promise<string> {
    return getSignedUrl(this.#client, new GetObjectCommand(this.#at(key)), { expiresIn: seconds });
  }

  /** What `putJson` wrote, or undefined. S3 says that there is none only to a role that has s3:ListBucket. */
  async getJson<T>(key: string): Promise<T | undefined> {
    const found = await this.#get(key, LIMIT_MS);
    if (!found) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of within(found.Body as Body, MOST_OBJECT_BYTES)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const json =
      found.ContentEncoding === GZIP ? gunzipSync(bytes, { maxOutputLength: MOST_OBJECT_BYTES }) : bytes;
    return JSON.parse(json.toString()) as T;
  }

  /** The lines of an object as they arrive, or undefined when there is none. */
  async getLines(key: string): Promise<AsyncIterable<string> | undefined> {
    const found = await this.#get(key, STREAM_LIMIT_MS);
    return found && linesOf(within(found.Body as Body, MOST_STREAM_BYTES));
  }

  #get(key: string, limitMs: number): Promise<GetObjectCommandOutput | undefined> {
    return orNone(this.#client.send(new GetObjectCommand(this.#at(key)), { abortSignal: endsIn(limitMs) }));
  }

  async #put(key: string, content: Partial<PutObjectCommandInput>): Promise<void> {
    const command = new PutObjectCommand({ ...this.#at(key), ...NOT_KEPT, ...content });
    await this.#client.send(command, { abortSignal: endsIn(LIMIT_MS) });
  }

  #at(Key: string) {
    return { Bucket: this.#bucket, Key };
  }
}

async function orNone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NoSuchKey || error instanceof NotFound) return undefined;
    throw error;
  }
}

/** Text until it is large, since each small buffer that waits keeps a whole slab of Node's pool: ten times its size. */
async function* pieces(chunks: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let waiting = '';
  for await (const chunk of chunks) {
    waiting += chunk;
    if (waiting.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(waiting);
    waiting = '';
  }
  yield Buffer.from(waiting);
}

async function* linesOf(chunks: Body): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line = '';
  for await (const chunk of chunks) {
    const texts = (line + decoder.decode(chunk, { stream: true })).split('\n');
    line = texts.pop() ?? '';
    if (line.length > LONGEST_LINE) throw new KeyturnError(`a line of more than ${LONGEST_LINE} characters`);
    yield* texts;
  }
  if (line) yield line;
}
