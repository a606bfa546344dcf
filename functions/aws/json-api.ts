import { type SignedRequest, signedRequest } from './signed-request.ts';

export interface JsonApiOptions extends Pick<SignedRequest, 'service' | 'signedAs' | 'tries'> {
  /** What stands before the operation in `X-Amz-Target`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

/**
 * One AWS service that speaks AWS JSON over HTTP (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html), for
 * the function that somebody waits for: loading the SDK's clients and the first call of each take half of its cold start.
 */
export class JsonApi {
  readonly #options: JsonApiOptions;
  readonly #env: NodeJS.ProcessEnv;

  constructor(options: JsonApiOptions, env = process.env) {
    this.#options = options;
    this.#env = env;
  }

  /** The output as JSON. Rejects with a `ServiceError` when the service refuses, or with a `KeyturnError` when there is no answer. */
  async call(operation: string, input: object): Promise<unknown> {
    const { target, version, ...service } = this.#options;
    const headers = {
      'Content-Type': `application/x-amz-json-${version}`,
      'X-Amz-Target': `${target}.${operation}`,
    };
    const body = JSON.stringify(input);
    return signedRequest({ ...service, method: 'POST', path: '/', headers, body }, this.#env);
  }
}
