import { daysLeft } from '../net/certificate.ts';
import { SECRET_ARN, SECRET_NAME } from '../secrets/secret-name.ts';
import { positionOf, VALIDATION_POSITION } from '../table/items.ts';
import type { CredentialStatus, Validations } from '../table/validations.ts';
import type { ErrorBody } from './answer.ts';
import type { CredentialHistory, CredentialList, CredentialSummary } from './credentials.ts';
import { pageOf, parsePage } from './page.ts';

export type Query = Parameters<typeof parsePage>[0];

/** `GET /credentials`; `now` in milliseconds since 1970. */
export async function answerList(
  validations: Validations,
  query: Query,
  now: number,
): Promise<CredentialList | ErrorBody> {
  const page = parsePage(query, SECRET_NAME);
  if (page.kind === 'malformed') return malformed(page.message);
  const found = await validations.page(page.limit + 1, page.after);
  const { items, next } = pageOf(found, page.limit, ({ secretName }) => secretName);
  return { credentials: items.map((status) => summaryOf(status, now)), next };
}

/** `GET /credentials/{id}`: `id` is the secret's name or its full ARN, percent-encoded or not. */
export async function answerHistory(
  validations: Validations,
  id: string,
  query: Query,
  now: number,
): Promise<CredentialHistory | ErrorBody> {
  const page = parsePage(query, VALIDATION_POSITION);
  if (page.kind === 'malformed') return malformed(page.message);
  const secretId = secretIdIn(id);
  if (secretId === null) return malformed('Malformed id: expected the name or the full ARN of a secret.');
  const status = await find(validations, secretId);
  if (!status)
    return {
      error: 'not-found',
      message: 'No validation of this secret in 90 days; POST /validations makes one.',
    };
  const found = await validations.history(status.secretArn, page.limit + 1, page.after);
  const { items, next } = pageOf(found, page.limit, positionOf);
  return { ...summaryOf(status, now), history: items, next };
}

function find(validations: Validations, secretId: string): Promise<CredentialStatus | null> {
  return secretId.startsWith('arn:') ? validations.latest(secretId) : validations.find(secretId);
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
