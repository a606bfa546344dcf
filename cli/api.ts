import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsClient } from 'aws4fetch';
import * as v from 'valibot';
import { type AuditSummary, auditSummary } from '../functions/api/audit-summary.ts';
import { type OperationAnswer, operationAnswer } from '../functions/api/operation-answer.ts';
import type { OperationRequest } from '../functions/api/operation-request.ts';
import { awsFailure } from './aws-failure.ts';
import type { Failure } from './exit-code.ts';

/** API Gateway itself answers within 29 seconds (ms). */
const SILENCE_MS = 35_000;

export type Answered<T> = { readonly kind: 'answer'; readonly answer: T } | Failure;

const refusal = v.object({ error: v.string(), message: v.string() });

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
      const client = await this.#client();
      const signal = AbortSignal.timeout(SILENCE_MS);
      const headers = { 'content-type': 'application/json' };
      const init = { method, headers, signal, redirect: 'error' as const, ...(body && { body }) };
      return await read(schema, await client.fetch(url, init));
    } catch (error) {
      return failureOf(error, url);
    }
  }

  async #client(): Promise<AwsClient> {
    const { credentials, region } = this.#aws.config;
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
    return new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      service: 'execute-api',
      region: await region(),
      retries: 0,
    });
  }
}

async function read<T>(schema: v.GenericSchema<unknown, T>, response: Response): Promise<Answered<T>> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) {
    const parsed = v.safeParse(schema, body);
    if (parsed.success) return { kind: 'answer', answer: parsed.output };
  }
  const refused = v.safeParse(refusal, body);
  const kind =
    response.status >= 400 && response.status < 500 && response.status !== 429 ? 'refused' : 'unanswered';
  const message = refused.success ? `${refused.output.error}: ${refused.output.message}` : NOT_KEYTURN;
  return { kind, message };
}

const NOT_KEYTURN = 'What answered is not the API of Keyturn. Check --api or KEYTURN_API_URL.';

/** fetch says what happened in the cause of its error. */
function failureOf(error: unknown, { host }: URL): Failure {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.message === 'fetch failed')) {
    return { kind: 'unanswered', message: `The API at ${host} did not answer. Try again.` };
  }
  return awsFailure(error);
}
