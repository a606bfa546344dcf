import { signed } from '../../cli/api.ts';
import { endsIn, exchange, jsonOf, outcomeOf, type Send } from '../../functions/net/http.ts';
import type { Verdict } from '../../functions/smtp/verdicts.ts';
import type { BatchAnswer, ValidationResult } from '../../functions/validation/contract.ts';
import type { Account } from '../cloud.ts';

/** API Gateway would have answered. */
const LIMIT_MS = 60_000;
const MOST_BYTES = 6 * 1024 * 1024;

export interface Expectation {
  readonly secretName: string;
  readonly expected: Verdict;
}

/** The API's address on this computer; the one in the stack's outputs is that on AWS. */
export function apiUrl({ endpoint }: Account, apiId: string): string {
  return `${endpoint}/restapis/${apiId}/prod/_user_request_`;
}

const fetched: Send = (input, init) => fetch(input, { ...init, redirect: 'manual' });

/** `POST /validations` for all of them at once, signed (SigV4). Rejects unless the API has a result for each. */
export async function validateAll(
  account: Account,
  apiId: string,
  secretIds: readonly string[],
): Promise<ValidationResult[]> {
  const url = new URL(`${apiUrl(account, apiId)}/validations`);
  const headers = { 'content-type': 'application/json' };
  const unsigned = { method: 'POST', headers, body: JSON.stringify({ secretIds }) };
  const request = await signed(url, unsigned, { ...account, service: 'execute-api' });
  const answer = await exchange(fetched, url, request, { signal: endsIn(LIMIT_MS), mostBytes: MOST_BYTES });
  if (answer.kind !== 'answered' || answer.status !== 200) {
    throw new Error(`POST /validations: expected 200, got ${outcomeOf(answer)}`);
  }
  const { results } = jsonOf(answer.body) as BatchAnswer;
  return results.map((result) => {
    if ('error' in result) throw new Error(`${result.secretId}: ${result.error}. ${result.message}`);
    return result;
  });
}

/** Rejects when the verdict is not the expected one. */
export function expectVerdict({ secretName, expected }: Expectation, { verdict, advice }: ValidationResult) {
  if (verdict !== expected) {
    throw new Error(`${secretName}: expected the verdict ${expected}, got ${verdict}. ${advice}`);
  }
}
