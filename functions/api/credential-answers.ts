import { daysLeft } from '../net/certificate.ts';
import type { CredentialStatus } from '../table/credential-status.ts';
import { type Ledger, positionOf, VALIDATION_POSITION } from '../table/ledger.ts';
import { SECRET_ARN, SECRET_NAME } from '../table/secret-name.ts';
import type { ErrorBody } from './answer.ts';
import type { CredentialHistory, CredentialList, CredentialSummary } from './credentials.ts';
import { pageOf, parsePage } from './page.ts';

export type Query = Parameters<typeof parsePage>[0];

/** `GET /credentials`; `now` in milliseconds since 1970. */
export async function answerList(
  ledger: Ledger,
  query: Query,
  now: number,
): Promise<CredentialList | ErrorBody> {
  const page = parsePage(query, SECRET_NAME);
  if (page.kind === 'malformed') return malformed(page.message);
  const found = await ledger.credentials.page(page.limit + 1, page.after);
  const { items, next } = pageOf(found, page.limit, ({ secretName }) => secretName);
  return { credentials: items.map((status) => summaryOf(status, now)), next };
}

/** `GET /credentials/{id}`: `id` is the secret's name or its full ARN, percent-encoded or not. */
export async function answerHistory(
  ledger: Ledger,
  id: string,
  query: Query,
  now: number,
): Promise<CredentialHistory | ErrorBody> {
  const page = parsePage(query, VALIDATION_POSITION);
  if (page.kind === 'malformed') return malformed(page.message);
  const secretId = secretIdIn(id);
  if (secretId === null) return malformed('Malformed id: expected the name or the full ARN of a secret.');
  const status = await find(ledger, secretId);
  if (!status)
    return {
      error: 'not-found',
      message: 'No validation of this secret in 90 days; POST /validations makes one.',
    };
  const found = await ledger.validations(status.secretArn, page.limit + 1, page.after);
  const { items, next } = pageOf(found, page.limit, positionOf);
  return { ...summaryOf(status, now), history: items, next };
}

function find(ledger: Ledger, secretId: string): Promise<CredentialStatus | null> {
  return secretId.startsWith('arn:') ? ledger.latest(secretId) : ledger.credentials.find(secretId);
}

/** API Gateway may hand a path parameter on as it came; no secret has a percent sign in its name. */
function secretIdIn(id: string): string | null {
  try {
    const secretId = decodeURIComponent(id);
    return SECRET_NAME.test(secretId) || SECRET_ARN.test(secretId) ? secretId : null;
  } catch {
    return null;
  }
}

function summaryOf({ certificateValidTo, ...status }: CredentialStatus, now: number): CredentialSummary {
  return {
    ...status,
    certificateDaysLeft: certificateValidTo === null ? null : daysLeft(certificateValidTo, now),
  };
}

function malformed(message: string): ErrorBody {
  return { error: 'malformed-request', message };
}
