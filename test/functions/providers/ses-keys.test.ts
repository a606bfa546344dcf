import { IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { isThrottling } from '../../../functions/aws.ts';
import type { ProviderErrorReason } from '../../../functions/providers/provider.ts';
import { sesSmtpPassword } from '../../../functions/providers/ses.ts';
import { SesKeys } from '../../../functions/providers/ses-keys.ts';
import { InProcessIam } from '../../support/aws/iam.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import { iamApi, iamRefusal } from '../../support/providers/iam-api.ts';
import { conformsAsIssuer, type Issuer } from './conformance-issuing.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf';
const REGION = 'us-east-1';
const AWS_SECRET = 'aws-secret-of-the-role';
const FAULTS = {
  unauthorized: iamRefusal(403, 'AccessDenied'),
  'rate-limited': iamRefusal(400, 'Throttling'),
  broken: iamRefusal(500, 'ServiceFailure'),
} as const;
const WRITES = /Action=(Create|Delete|Update)AccessKey/;

async function start(): Promise<Issuer & { provider: SesKeys; iam: InProcessIam }> {
  const iam = new InProcessIam({ 'keyturn:secret': ARN });
  const http = await FaultyHttp.start(iamApi(iam));
  const client = (maxAttempts: number) =>
    new IAMClient({
      region: REGION,
      endpoint: http.url,
      credentials: { accessKeyId: 'AKIAROLE', secretAccessKey: AWS_SECRET },
      maxAttempts,
      requestHandler: { requestTimeout: 1000, throwOnRequestTimeout: true },
    });
  const provider = { type: 'ses', userName: 'orders', region: REGION, regions: ['eu-west-1'] } as const;
  const writes = () => http.requests.filter(({ body }) => WRITES.test(body)).length;
  return {
    iam,
    provider: new SesKeys(client(2), { ...provider, regions: ['eu-west-1'] }, client(1)),
    fail: (fault, times = 1) =>
      http.fail(
        ...Array.from(
          { length: times },
          () => (fault in FAULTS ? FAULTS[fault as keyof typeof FAULTS] : fault) as never,
        ),
      ),
    writes,
    reasonOf: (error) => reasonOf(error, WRITES.test(http.requests.at(-1)?.body ?? '')),
    secrets: () => [AWS_SECRET, ...iam.secrets, ...iam.secrets.map((key) => sesSmtpPassword(key, REGION))],
    accepts: (username, password) => iam.accepts(username, password, REGION),
    addForeign: (count) => Array.from({ length: count }, () => iam.create().id),
    close: () => http.close(),
  };
}

/** The SDK's errors in the words of `ProviderError`. */
function reasonOf(error: unknown, wasWrite: boolean): ProviderErrorReason {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (isThrottling(error)) return 'rate-limited';
  if (name === 'AccessDenied') return 'unauthorized';
  if (status >= 400 && status < 500) return 'refused';
  if (wasWrite) return 'ambiguous';
  return status === 200 && !isCutOff(error) ? 'protocol' : 'unavailable';
}

/** Node's code for a connection that ended in the middle of the answer. */
function isCutOff(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'ECONNRESET';
}

describe('Amazon SES', () => {
  conformsAsIssuer(start);

  test('one key gives a password for each region, which works there and nowhere else', async () => {
    const { provider, iam, close } = await start();
    const { username, password, regional } = await provider.mint();
    expect(regional?.map(({ region }) => region)).toEqual(['eu-west-1']);
    const elsewhere = regional?.[0]?.password.reveal() ?? '';
    expect(iam.accepts(username, password.reveal(), REGION)).toBe(true);
    expect(iam.accepts(username, elsewhere, 'eu-west-1')).toBe(true);
    expect(iam.accepts(username, elsewhere, REGION)).toBe(false);
    await close();
  });

  test('a key is told with the service that used it last', async () => {
    const { provider, accepts, close } = await start();
    const { username, password } = await provider.mint();
    accepts(username, password.reveal());
    expect(await provider.list()).toMatchObject([{ lastUsedBy: 'ses-smtp' }]);
    await close();
  });

  test('the owner is the secret in the tag of the IAM user', async () => {
    const { provider, close } = await start();
    expect(await provider.owner()).toEqual({ kind: 'tagged', secretArn: ARN });
    await close();
  });
});
