import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Credentials, sign } from 'aws4';
import { endpointOf, type Service, signingRegion } from './endpoint.ts';
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

export interface SignedRequest {
  readonly service: Service;
  /** The name in the signature, where it is not that of the host. */
  readonly signedAs?: string;
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** More than the usual ones for a service that takes one call a second. */
  readonly tries?: number;
}

/** The JSON that an AWS service answers; otherwise as `signedText`. */
export async function signedRequest(request: SignedRequest, env: NodeJS.ProcessEnv): Promise<unknown> {
  return outputOf(await signedText(request, env));
}

/**
 * What an AWS service answers. Credentials, region and endpoint come from the environment, as Lambda sets it.
 * Rejects with a `ServiceError` when the service refuses, or with Node's own error.
 */
export async function signedText(request: SignedRequest, env: NodeJS.ProcessEnv): Promise<string> {
  const { tries = TRIES } = request;
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt(request, env);
    } catch (error) {
      if (tried === tries || !isWorthAnotherTry(error)) throw error;
      await sleep(Math.random() * BACKOFF_MS * 2 ** tried);
    }
  }
}

async function attempt(request: SignedRequest, env: NodeJS.ProcessEnv): Promise<string> {
  const { service, signedAs = service, method, path, headers = {}, body = '' } = request;
  const region = signingRegion(service, env.AWS_REGION ?? '');
  const endpoint = new URL(endpointOf(service, region, env));
  const { headers: signed } = sign(
    { service: signedAs, region, method, path, host: endpoint.host, headers: { ...headers }, body },
    credentialsOf(env),
  );
  const response = await answered(send(new URL(path, endpoint), method, signed, body));
  const answer = await text(response);
  if (response.statusCode !== 200) throw refusalOf(response, answer);
  return answer;
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

function send(
  url: URL,
  method: string,
  headers: http.OutgoingHttpHeaders | undefined,
  body: string,
): http.ClientRequest {
  const { request } = url.protocol === 'http:' ? http : https;
  const agent = agents[url.protocol as keyof typeof agents];
  return request(url, { method, agent, timeout: SILENCE_MS, ...(headers && { headers }) }).end(body);
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
