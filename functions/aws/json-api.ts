import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Credentials, sign } from 'aws4';
import { endpointOf, type Service } from './endpoint.ts';
import { isWorthAnotherTry, refusalOf, ServiceError } from './service-error.ts';

/** As the SDK's standard retry mode: 3 tries, and between them a random part of 100 ms that doubles. */
const TRIES = 3;
const BACKOFF_MS = 100;
/** A service that is silent for so long (ms) will not answer; the SDK would wait for the function's end. */
const SILENCE_MS = 5000;

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

export interface JsonApiOptions {
  readonly service: Service;
  /** What stands before the operation in `X-Amz-Target`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

/**
 * One AWS service that speaks AWS JSON over HTTP (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html), for
 * the function that somebody waits for: loading the SDK's clients and the first call of each take half of its cold start.
 * Credentials, region and endpoint come from the environment, as Lambda sets it.
 */
export class JsonApi {
  readonly #options: JsonApiOptions;
  readonly #env: NodeJS.ProcessEnv;

  constructor(options: JsonApiOptions, env = process.env) {
    this.#options = options;
    this.#env = env;
  }

  /** The output as JSON. Rejects with a `ServiceError` when the service refuses, or with Node's own error. */
  async call(operation: string, input: object): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#try(operation, JSON.stringify(input));
      } catch (error) {
        if (tries === TRIES || !isWorthAnotherTry(error)) throw error;
        await sleep(Math.random() * BACKOFF_MS * 2 ** tries);
      }
    }
  }

  async #try(operation: string, body: string): Promise<unknown> {
    const { service, target, version } = this.#options;
    const region = this.#env.AWS_REGION ?? '';
    const url = new URL(endpointOf(service, region, this.#env));
    const headers = {
      'Content-Type': `application/x-amz-json-${version}`,
      'X-Amz-Target': `${target}.${operation}`,
    };
    const request = { service, region, method: 'POST', path: '/', host: url.host, headers, body };
    const signed = sign(request, credentialsOf(this.#env));
    const response = await answered(send(url, signed.headers, body));
    const answer = await text(response);
    if (response.statusCode !== 200) throw refusalOf(response, answer);
    return outputOf(answer);
  }
}

/** JSON.parse repeats in its error what it could not read, and that may be a part of a secret. */
function outputOf(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    throw new ServiceError('SerializationException', 'The answer is not JSON.', 200);
  }
}

/** Lambda changes them only together with the whole environment. */
function credentialsOf(env: NodeJS.ProcessEnv): Credentials {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = env;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

function send(url: URL, headers: http.OutgoingHttpHeaders | undefined, body: string): http.ClientRequest {
  const { request } = url.protocol === 'http:' ? http : https;
  const agent = agents[url.protocol as keyof typeof agents];
  return request(url, { method: 'POST', agent, timeout: SILENCE_MS, ...(headers && { headers }) }).end(body);
}

function answered(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.once('timeout', () =>
      request.destroy(Object.assign(new Error(`no answer in ${SILENCE_MS} ms`), { name: 'TimeoutError' })),
    );
  });
}
