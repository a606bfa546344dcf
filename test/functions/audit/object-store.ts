import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { listen } from '../../support/smtp-servers.ts';
import { multipart, type Uploads } from './object-uploads.ts';

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[a-z0-9-]+\/s3\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/;

const refusal = (code: string) => `<Error><Code>${code}</Code></Error>`;
const TROUBLES: Readonly<Record<number, string>> = {
  403: refusal('AccessDenied'),
  500: refusal('InternalError'),
  503: refusal('SlowDown'),
};

export interface StoredObject {
  readonly contentType: string | undefined;
  readonly body: string;
}

export interface ObjectStore {
  readonly url: string;
  /** By `bucket/key`. */
  readonly objects: Map<string, StoredObject>;
  /** Statuses that the next requests get instead of an answer. */
  readonly troubles: number[];
  requests: number;
  /** Whether the parts of an upload become an object. */
  joins: boolean;
  /** All that wait for a next request. */
  closeConnections(): void;
  close(): Promise<void>;
}

/** As much of S3's REST API as the report bucket needs: signed GET, PUT and uploads in parts, path style, on 127.0.0.1. */
export async function startObjectStore(): Promise<ObjectStore> {
  const objects = new Map<string, StoredObject>();
  const troubles: number[] = [];
  const uploads: Uploads = new Map();
  const server = createServer(async (request, response) => {
    store.requests += 1;
    const trouble = SIGNED.test(request.headers.authorization ?? '') ? troubles.shift() : 403;
    if (trouble !== undefined) return response.writeHead(trouble).end(TROUBLES[trouble]);
    return await answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    const key = decodeURIComponent(pathname).slice(1);
    if (searchParams.has('uploads') || searchParams.has('uploadId'))
      return await multipart(uploads, store.joins ? objects : null, request, response);
    if (request.method !== 'PUT') return give(objects.get(key), response);
    objects.set(key, await received(request));
    return response.writeHead(200).end();
  };
  const port = await listen(server);
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  const store: ObjectStore = {
    url: `http://127.0.0.1:${port}`,
    objects,
    troubles,
    requests: 0,
    joins: true,
    closeConnections: () => server.closeIdleConnections(),
    close,
  };
  return store;
}

function give(found: StoredObject | undefined, response: ServerResponse) {
  if (!found) return response.writeHead(404).end(refusal('NoSuchKey'));
  return response.writeHead(200, { 'content-type': found.contentType }).end(found.body);
}

/** Kept as a client sees it that opens what is compressed. */
async function received(request: IncomingMessage): Promise<StoredObject> {
  const { 'content-type': contentType, 'content-encoding': encoding } = request.headers;
  const body = encoding === 'gzip' ? await text(request.pipe(createGunzip())) : await text(request);
  return { contentType, body };
}
