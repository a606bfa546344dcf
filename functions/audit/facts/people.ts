import { setTimeout as sleep } from 'node:timers/promises';
import {
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import type { PeopleFacts } from './account.ts';

const ROOT = '<root_account>';
const LOOKS = 15;

/** IAM's credential report, which it makes at most every four hours. Rejects with the client's error. */
export async function people(iam: IAMClient, pauseMs = 2000): Promise<PeopleFacts> {
  for (let looks = 1; looks < LOOKS; looks += 1) {
    const { State } = await iam.send(new GenerateCredentialReportCommand({}));
    if (State === 'COMPLETE') break;
    await sleep(pauseMs);
  }
  const { Content } = await iam.send(new GetCredentialReportCommand({}));
  return countPeople(Buffer.from(Content ?? []).toString());
}

/** Columns are counted from the end: a user's name and ARN, which may hold commas, are the first two. */
function countPeople(csv: string): PeopleFacts {
  const [header = '', ...lines] = csv.trim().split('\n');
  const columns = header.split(',');
  const field = (row: readonly string[], name: string) => row.at(columns.indexOf(name) - columns.length);
  const rows = lines.map((line) => line.split(','));
  const users = rows.filter((row) => row[0] !== ROOT && field(row, 'password_enabled') === 'true');
  const root = rows.find((row) => row[0] === ROOT);
  return {
    withPassword: users.length,
    withoutMfa: users.filter((row) => field(row, 'mfa_active') !== 'true').length,
    rootMfa: root !== undefined && field(root, 'mfa_active') === 'true',
  };
}
