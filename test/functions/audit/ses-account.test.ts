import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { MailManagerClient } from '@aws-sdk/client-mailmanager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { expect, it } from 'vitest';
import { sesAccount } from '../../../functions/audit/facts/ses-account.ts';
import { InProcessSes } from './in-process-ses.ts';

const NO_ANSWER = {
  send: () => Promise.reject(Object.assign(new Error('not asked here'), { name: 'AccessDenied' })),
};
const account = (ses: InProcessSes) =>
  sesAccount({
    ses: ses.client,
    sesv2: Object.assign(new SESv2Client(), NO_ANSWER),
    mailManager: Object.assign(new MailManagerClient(), NO_ANSWER),
    cloudWatch: Object.assign(new CloudWatchClient(), NO_ANSWER),
    region: 'us-east-1',
    now: 0,
  });

it('reads quota, sending and every identity, a hundred at a time', async () => {
  const ses = new InProcessSes();
  ses.identities.push(...Array.from({ length: 130 }, (_, index) => `Domain-${index}.example`));
  const facts = await account(ses);
  expect(facts).toMatchObject({
    region: 'us-east-1',
    sendingEnabled: { known: true, value: true },
    quota: { known: true, value: { max24Hours: 50_000, sent24Hours: 7 } },
  });
  expect(ses.asked).toEqual([100, 30]);
  const identities = facts.identities.known ? facts.identities.value : {};
  expect(Object.keys(identities)).toHaveLength(130);
  expect(identities['domain-0.example']).toEqual({
    verification: 'Success',
    dkimEnabled: true,
    dkimVerification: 'Pending',
    dkimTokens: [],
    mailFrom: { domain: 'bounce.Domain-0.example', status: 'Success', onMxFailure: 'RejectMessage' },
  });
  expect(identities['domain-1.example']).toMatchObject({
    dkimEnabled: false,
    dkimVerification: 'NotStarted',
    mailFrom: null,
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
  const facts = await account(ses);
  expect(facts.quota).toEqual({ known: false, reason, detail: name });
  expect(facts.sendingEnabled).toEqual({ known: true, value: false });
});
