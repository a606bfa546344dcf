import type { IAMClient } from '@aws-sdk/client-iam';
import { expect, it } from 'vitest';
import { people } from '../../../../functions/audit/facts/iam.ts';

const HEADER = 'user,arn,password_enabled,mfa_active';
const reportOf = (...lines: string[]) => Buffer.from([HEADER, ...lines, ''].join('\n'));

function iamWith(states: readonly string[], Content: Uint8Array) {
  const asked: string[] = [];
  const send = async (command: object) => {
    const operation = command.constructor.name.replace('Command', '');
    asked.push(operation);
    return operation === 'GetCredentialReport' ? { Content } : { State: states[asked.length - 1] };
  };
  return { asked, client: { send } as unknown as IAMClient };
}

it('waits until IAM has made the report', async () => {
  const iam = iamWith(
    ['STARTED', 'INPROGRESS', 'COMPLETE'],
    reportOf('<root_account>,arn,not_supported,true'),
  );
  expect(await people(iam.client, 0)).toEqual({ withPassword: 0, withoutMfa: 0, rootMfa: true });
  expect(iam.asked).toEqual([...Array(3).fill('GenerateCredentialReport'), 'GetCredentialReport']);
});

it('asks for the report in the end, so that IAM says why there is none', async () => {
  const iam = iamWith([], reportOf());
  await people(iam.client, 0);
  expect(iam.asked.at(-1)).toBe('GetCredentialReport');
  expect(iam.asked.length).toBeLessThan(20);
});

it.each([
  ['ada,arn,true,true', { withPassword: 1, withoutMfa: 0 }],
  ['ada,arn,true,false', { withPassword: 1, withoutMfa: 1 }],
  ['"ada, b",arn:ada, b,true,false', { withPassword: 1, withoutMfa: 1 }],
  ['robot,arn,false,false', { withPassword: 0, withoutMfa: 0 }],
])('counts %s', async (line, counted) => {
  const iam = iamWith(['COMPLETE'], reportOf('<root_account>,arn,not_supported,false', line));
  expect(await people(iam.client, 0)).toEqual({ ...counted, rootMfa: false });
});
