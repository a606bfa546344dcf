import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

/** As much of S3 as the audit needs, in files, so that the objects of a large run take none of this machine's memory. */
export class ObjectFiles {
  readonly #folder: string;
  bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Answers one request, and says what it was. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<string> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    const file = join(this.#folder, encodeURIComponent(pathname));
    if (request.method === 'GET') return get(file, response);
    const body = await buffer(request);
    if (request.method === 'POST') return post(file, searchParams, response);
    this.bytes += body.length;
    const part = searchParams.has('partNumber');
    if (part) appendFileSync(file, body);
    else writeFileSync(request.headers['content-encoding'] === 'gzip' ? `${file}.gz` : file, body);
    response.writeHead(200, { etag: '"part"' }).end();
    return part ? 'UploadPart' : 'PutObject';
  }

  read(key: string): Buffer {
    return readFileSync(join(this.#folder, encodeURIComponent(`/reports/${key}`)));
  }
}

function get(file: string, response: ServerResponse): string {
  const compressed = `${file}.gz`;
  if (existsSync(file)) response.end(readFileSync(file));
  else if (existsSync(compressed)) {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(readFileSync(compressed));
  } else response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  return 'GetObject';
}

function post(file: string, query: URLSearchParams, response: ServerResponse): string {
  if (!query.has('uploads')) {
    response.end('<CompleteMultipartUploadResult/>');
    return 'CompleteMultipartUpload';
  }
  writeFileSync(file, '');
  response.end('<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>');
  return 'CreateMultipartUpload';
}
