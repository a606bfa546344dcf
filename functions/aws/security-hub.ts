import type { AwsSecurityFinding, BatchImportFindingsCommandOutput } from '@aws-sdk/client-securityhub';
import { signedRequest } from './signed-request.ts';

/** The most that one call takes. */
export const FINDINGS_A_CALL = 100;
/** Security Hub takes ten calls a second, and thirty at once. */
const TRIES = 8;

type Imported = Pick<BatchImportFindingsCommandOutput, 'FailedCount' | 'SuccessCount' | 'FailedFindings'>;

/** BatchImportFindings, for at most `FINDINGS_A_CALL`. A finding that it refuses is in the answer; it rejects when it refuses all. */
export async function batchImportFindings(
  Findings: readonly AwsSecurityFinding[],
  env = process.env,
): Promise<Imported> {
  const request = { service: 'securityhub', method: 'POST', path: '/findings/import', tries: TRIES } as const;
  const headers = { 'Content-Type': 'application/json' };
  return (await signedRequest({ ...request, headers, body: JSON.stringify({ Findings }) }, env)) as Imported;
}
