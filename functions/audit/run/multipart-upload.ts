import { KeyturnError } from '../../observe/shown.ts';

/** What of an answer counts. */
export type Sent = Pick<Response, 'text'> & { readonly headers: Pick<Headers, 'get'> };

/** What one request to S3 needs besides the bucket; the answer's status is 2xx. */
export type Send = (
  method: 'POST' | 'PUT',
  keyAndQuery: string,
  body?: Uint8Array<ArrayBuffer> | string,
  contentType?: string,
) => Promise<Sent>;

/**
 * An object of any length, sent in parts of at least 5 MiB (the last may be shorter), at most 10,000 of them:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html. What is never completed is never visible, and the
 * bucket's lifecycle takes it away.
 */
export class MultipartUpload {
  readonly #send: Send;
  readonly #key: string;
  readonly #uploadId: string;
  readonly #tags: string[] = [];

  private constructor(send: Send, key: string, uploadId: string) {
    this.#send = send;
    this.#key = key;
    this.#uploadId = uploadId;
  }

  static async begin(send: Send, key: string, contentType: string): Promise<MultipartUpload> {
    const answer = await (await send('POST', `${key}?uploads=`, undefined, contentType)).text();
    const id = /<UploadId>([^<]+)<\/UploadId>/.exec(answer)?.[1];
    if (id === undefined) throw new KeyturnError(`POST of ${key}: expected an upload id from S3, got none`);
    return new MultipartUpload(send, key, encodeURIComponent(id));
  }

  async part(body: Uint8Array<ArrayBuffer>): Promise<void> {
    const number = this.#tags.length + 1;
    const query = `partNumber=${number}&uploadId=${this.#uploadId}`;
    const { headers } = await this.#send('PUT', `${this.#key}?${query}`, body);
    const tag = headers.get('etag');
    if (tag === null)
      throw new KeyturnError(`PUT of ${this.#key}: expected the ETag of part ${number}, got none`);
    this.#tags.push(tag);
  }

  /** S3 may answer 200 and say in the body that it failed. */
  async complete(): Promise<void> {
    const parts = this.#tags.map(
      (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    const answer = await this.#send('POST', `${this.#key}?uploadId=${this.#uploadId}`, body, 'text/xml');
    const code = /<Error>.*?<Code>(\w+)<\/Code>/s.exec(await answer.text())?.[1];
    if (code !== undefined)
      throw new KeyturnError(`POST of ${this.#key}: expected S3 to join the parts, got ${code}`);
  }
}
