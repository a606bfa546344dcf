import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { listen } from '../../support/smtp-servers.ts';
import { multipart, type Uploads } from './object-uploads.ts';

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[a-z0-9-]+\/s3\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/;

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
  /** How many connections the requests came over. */
  connections: number;
  close(): Promise<void>;
}

/** As much of S3's REST API as the report bucket needs: signed GET, PUT and uploads in parts, path style, on 127.0.0.1. */
export async function startObjectStore(): Promise<ObjectStore> {
  const objects = new Map<string, StoredObject>();
  const troubles: number[] = [];
  const uploads: Uploads = new Map();
  const server = createServer(async (request, response) => {
    store.requests += 1;
    const trouble = troubles.shift();
    if (trouble !== undefined) return response.writeHead(trouble).end();
    if (!SIGNED.test(request.headers.authorization ?? '')) return response.writeHead(403).end();
    const key = decodeURIComponent(request.url ?? '').slice(1);
    if (request.url?.includes('?')) return await multipart(uploads, objects, request, response);
    if (request.method === 'PUT') {
      objects.set(key, await received(request));
      return response.writeHead(200).end();
    }
    const found = objects.get(key);
    if (!found) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    return response.writeHead(200, { 'content-type': found.contentType }).end(found.body);
  });
  server.on('connection', () => {
    store.connections += 1;
  });
  const port = await listen(server);
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  const store: ObjectStore = {
    url: `http://127.0.0.1:${port}`,
    objects,
    troubles,
    requests: 0,
    connections: 0,
    close,
  };
  return store;
}

/** Kept as a client sees it that opens what is compressed. */
async function received(request: IncomingMessage): Promise<StoredObject> {
  const { 'content-type': contentType, 'content-encoding': encoding } = request.headers;
  const body = encoding === 'gzip' ? await text(request.pipe(createGunzip())) : await text(request);
  return { contentType, body };
}
