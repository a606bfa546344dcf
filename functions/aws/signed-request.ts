import { setTimeout as sleep } from 'node:timers/promises';
import aws4, { type Credentials } from 'aws4';
import { type Answer, endsIn, exchange, jsonOf, type Send } from '../net/http.ts';
import { keptAlive, sendOver } from '../net/send.ts';
import { endpointOf, type Service, signingRegion } from './endpoint.ts';
import { isWorthAnotherTry, refusalOf, ServiceError } from './service-error.ts';

/** As the SDK's standard retry mode: 3 tries, and between them a random part of 100 ms that doubles. */
const TRIES = 3;
const BACKOFF_MS = 100;
/** A service that has not answered in this time (ms) will not; the SDK would wait for the function's end. */
const LIMIT_MS = 5000;
/** A page of DynamoDB is 1 MiB, before it is JSON; all other answers are shorter. */
const MOST_BYTES = 16 * 1024 * 1024;

const overKept = sendOver({ agents: keptAlive() });

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

/** The JSON that an AWS service answers; otherwise as `signedBody`. */
export async function signedRequest(request: SignedRequest, env: NodeJS.ProcessEnv): Promise<unknown> {
  return outputOf(await signedBody(request, env));
}

/**
 * What an AWS service answers. Credentials, region and endpoint come from the environment, as Lambda sets it.
 * Rejects with a `ServiceError` when the service refuses, or with an error whose name says why there is no answer.
 */
export async function signedBody(request: SignedRequest, env: NodeJS.ProcessEnv): Promise<Buffer> {
  const { tries = TRIES } = request;
  const deadline = endsIn(tries * LIMIT_MS);
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt(request, env, deadline);
    } catch (error) {
      if (tried === tries || deadline.aborted || !isWorthAnotherTry(error)) throw error;
      await sleep(Math.random() * BACKOFF_MS * 2 ** tried);
    }
  }
}

async function attempt(
  request: SignedRequest,
  env: NodeJS.ProcessEnv,
  deadline: AbortSignal,
): Promise<Buffer> {
  const answer = await signedExchange(request, env, AbortSignal.any([deadline, endsIn(LIMIT_MS)]), overKept);
  if (answer.kind !== 'answered') throw unanswered(answer);
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer);
  return answer.body;
}

/** One try, whatever comes of it, until `signal` aborts. */
export function signedExchange(
  { service, signedAs = service, method, path, headers = {}, body = '' }: SignedRequest,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  send: Send,
): Promise<Answer> {
  const region = signingRegion(service, env.AWS_REGION ?? '');
  const endpoint = new URL(endpointOf(service, region, env));
  const { headers: signed } = aws4.sign(
    { service: signedAs, region, method, path, host: endpoint.host, headers: { ...headers }, body },
    credentialsOf(env),
  );
  const request = { method, headers: texts(signed), body };
  return exchange(send, new URL(path, endpoint), request, { signal, mostBytes: MOST_BYTES });
}

function outputOf(answer: Buffer): unknown {
  const output = jsonOf(answer);
  if (output === undefined)
    throw new ServiceError('SerializationException', 'The answer is not JSON.', { httpStatusCode: 200 });
  return output;
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

function texts(headers: object = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** Its name says what happened, as those of the SDK's errors do. */
export function unanswered({ reason, code }: Exclude<Answer, { kind: 'answered' }>): Error {
  // Another try would bring the same.
  if (reason === 'too-large' || reason === 'unreadable')
    return new ServiceError('UnusableAnswer', `no answer of the service that can be read: ${reason}`, {
      httpStatusCode: 200,
    });
  const name = reason === 'too-late' ? 'TimeoutError' : code;
  return Object.assign(new Error(`no whole answer of the service: ${reason} (${code})`), { name, code });
}
