import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import type { StoredObject } from './object-store.ts';

interface Upload {
  readonly key: string;
  readonly contentType: string | undefined;
  readonly parts: Map<number, Buffer>;
}

export type Uploads = Map<string, Upload>;

/** S3 takes no smaller part, but as the last one. */
const LEAST_BYTES = 5 * 1024 * 1024;

/** CreateMultipartUpload, UploadPart and CompleteMultipartUpload; an object is there when the last of them succeeded, and never without `objects`. */
export async function multipart(
  uploads: Uploads,
  objects: Map<string, StoredObject> | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
  const key = decodeURIComponent(pathname).slice(1);
  if (searchParams.has('uploads')) {
    // A real id has characters that a query has to escape.
    const id = `upload+${uploads.size}/=`;
    uploads.set(id, { key, contentType: request.headers['content-type'], parts: new Map() });
    return void response.end(
      `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }
  const upload = uploads.get(searchParams.get('uploadId') ?? '');
  if (upload?.key !== key)
    return void response.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>');
  if (request.method === 'PUT') {
    const number = Number(searchParams.get('partNumber'));
    upload.parts.set(number, await buffer(request));
    return void response.writeHead(200, { etag: `"part-${number}"` }).end();
  }
  response.end(complete(objects, upload, await text(request)));
}

/** As S3 does: 200 whatever happens, and the failure in the body. */
function complete(
  objects: Map<string, StoredObject> | null,
  { key, contentType, parts }: Upload,
  order: string,
): string {
  const numbers = [...order.matchAll(/<Part>(.*?)<\/Part>/gs)].flatMap(([, part = '']) => {
    const number = /<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1];
    return part.includes(`&quot;part-${number}&quot;`) ? [Number(number)] : [];
  });
  const bodies = numbers.map((number) => parts.get(number) ?? Buffer.alloc(0));
  const small = bodies.slice(0, -1).some(({ length }) => length < LEAST_BYTES);
  if (numbers.length !== parts.size) return '<Error><Code>InvalidPart</Code></Error>';
  if (small) return '<Error><Code>EntityTooSmall</Code></Error>';
  if (!objects) return '<Error><Code>InternalError</Code></Error>';
  objects.set(key, { contentType, body: Buffer.concat(bodies).toString() });
  return '<CompleteMultipartUploadResult/>';
}
