import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import * as v from 'valibot';
import { type OperationAnswer, operationAnswer } from '../functions/api/operation-state.ts';
import type { OperationRequest } from '../functions/api/operations.ts';
import { type AuditSummary, auditSummary } from '../functions/audit/report/report.ts';
import { type Answer, endsIn, exchange, jsonOf } from '../functions/net/http.ts';
import { send } from '../functions/net/send.ts';
import { awsFailure, type Failure } from './outcome.ts';

/** API Gateway itself answers within 29 seconds (ms). */
const SILENCE_MS = 35_000;
/** The most that a function may answer with. */
const MOST_BYTES = 6 * 1024 * 1024;

export type Answered<T> = { readonly kind: 'answer'; readonly answer: T } | Failure;

export const NO_API =
  'Where is the API? Give --api or KEYTURN_API_URL: the output ApiUrl of the stack, which begins with https://.';

/** Null for what is no URL, or would send a signed request in clear to another computer. */
export function apiUrl(text: string | undefined): URL | null {
  const url = text === undefined ? null : URL.parse(text.endsWith('/') ? text : `${text}/`);
  const isLocal = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost';
  return url && (url.protocol === 'https:' || isLocal) ? url : null;
}

const refusal = v.looseObject({ error: v.string(), message: v.string() });

/** The API of a deployment, called with the caller's own AWS credentials. */
export class Api {
  readonly #url: URL;
  readonly #aws: SecretsManagerClient;

  /** `url`: the stack's output ApiUrl. */
  constructor(url: URL) {
    this.#url = url;
    // For its credentials and region, as everything of AWS on this computer finds them; it is asked nothing.
    this.#aws = new SecretsManagerClient();
  }

  request(body: OperationRequest): Promise<Answered<OperationAnswer>> {
    return this.#call(operationAnswer, 'POST', 'operations', JSON.stringify(body));
  }

  state(operationId: string): Promise<Answered<OperationAnswer>> {
    return this.#call(operationAnswer, 'GET', `operations/${operationId}`);
  }

  /** `id`: the runId of an audit, or `latest`. */
  audit(id: string): Promise<Answered<AuditSummary>> {
    return this.#call(auditSummary, 'GET', `audits/${id}`);
  }

  async #call<T>(
    schema: v.GenericSchema<unknown, T>,
    method: string,
    path: string,
    body?: string,
  ): Promise<Answered<T>> {
    const url = new URL(path, this.#url);
    try {
      const { credentials, region } = this.#aws.config;
      const caller = { service: 'execute-api', credentials, region };
      const headers = { 'content-type': 'application/json' };
      const request = await signed(url, { method, headers, ...(body && { body }) }, caller);
      const limits = { signal: endsIn(SILENCE_MS), mostBytes: MOST_BYTES };
      const answer = await exchange(send, url, request, limits);
      return answer.kind === 'answered' ? read(schema, answer) : noAnswer(url);
    } catch (error) {
      return awsFailure(error);
    }
  }
}

interface Unsigned {
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** The same request with the headers of AWS Signature Version 4. */
export async function signed<R extends Unsigned>(
  { protocol, hostname, host, port, pathname, searchParams }: URL,
  request: R,
  caller: Pick<SignatureV4Options, 'service' | 'credentials' | 'region'>,
): Promise<R & { readonly headers: Record<string, string> }> {
  const place = { protocol, hostname, path: pathname, ...(port && { port: Number(port) }) };
  const { headers } = await new SignatureV4({ ...caller, sha256: Sha256 }).sign({
    ...request,
    ...place,
    query: Object.fromEntries(searchParams),
    headers: { ...request.headers, host },
  });
  return { ...request, headers };
}

type SignatureV4Options = ConstructorParameters<typeof SignatureV4>[0];

function read<T>(
  schema: v.GenericSchema<unknown, T>,
  { status, body: bytes }: Extract<Answer, { kind: 'answered' }>,
): Answered<T> {
  const body = jsonOf(bytes);
  if (status >= 200 && status < 300) {
    const parsed = v.safeParse(schema, body);
    if (parsed.success) return { kind: 'answer', answer: parsed.output };
  }
  const refused = v.safeParse(refusal, body);
  const kind = status >= 400 && status < 500 && status !== 429 ? 'refused' : 'unanswered';
  if (!refused.success) return { kind, message: NOT_KEYTURN };
  const { output: answer } = refused;
  return { kind, message: `${answer.error}: ${answer.message}`, answer };
}

const NOT_KEYTURN = 'What answered is not the API of Keyturn. Check --api or KEYTURN_API_URL.';

function noAnswer({ host }: URL): Failure {
  return { kind: 'unanswered', message: `The API at ${host} did not answer. Try again.` };
}
