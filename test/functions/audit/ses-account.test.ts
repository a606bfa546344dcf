import { expect, it } from 'vitest';
import { sesAccount } from '../../../functions/audit/facts/ses-account.ts';
import { InProcessSes } from './in-process-ses.ts';

it('reads quota, sending and every identity, a hundred at a time', async () => {
  const ses = new InProcessSes();
  ses.identities.push(...Array.from({ length: 130 }, (_, index) => `Domain-${index}.example`));
  const account = await sesAccount(ses.client, 'us-east-1');
  expect(account).toMatchObject({
    region: 'us-east-1',
    sendingEnabled: { known: true, value: true },
    quota: { known: true, value: { max24Hours: 50_000, sent24Hours: 7, maxRate: 14 } },
  });
  expect(ses.asked).toEqual([100, 30]);
  const identities = account.identities.known ? account.identities.value : {};
  expect(Object.keys(identities)).toHaveLength(130);
  expect(identities['domain-0.example']).toEqual({
    verification: 'Success',
    dkimEnabled: true,
    dkimVerification: 'Pending',
  });
  expect(identities['domain-1.example']).toMatchObject({
    dkimEnabled: false,
    dkimVerification: 'NotStarted',
  });
});

it.each([
  ['AccessDenied', 'access-denied'],
  ['AccessDeniedException', 'access-denied'],
  ['Throttling', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['TimeoutError', 'timeout'],
  ['InternalFailure', 'aws-error'],
])('turns %s of one call into a fact, and keeps the others', async (name, reason) => {
  const ses = new InProcessSes();
  ses.refused.set('GetSendQuotaCommand', name);
  ses.sendingEnabled = false;
  const account = await sesAccount(ses.client, 'us-east-1');
  expect(account.quota).toEqual({ known: false, reason, detail: name });
  expect(account.sendingEnabled).toEqual({ known: true, value: false });
});
