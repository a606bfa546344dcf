import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateAccessKeyCommand, LimitExceededException, ListUserTagsCommand } from '@aws-sdk/client-iam';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { DescribeParametersCommand } from '@aws-sdk/client-ssm';
import type { StandardRetryStrategy } from '@smithy/core/retry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as aws from '../../functions/aws.ts';
import { shown, shownText } from '../../functions/observe/shown.ts';
import { stubAwsEnvironment } from '../support/aws/environment.ts';
import { listen } from '../support/smtp-servers.ts';

const SECRET = 'canary-4f3e2d1c';

type Answer = (response: ServerResponse) => void;

let server: Server;
let received: { request: IncomingMessage; body: string }[];
/** What is answered in turn; the last one again and again. */
let answers: Answer[];

const json = (status: number, body: object): Answer => {
  return (response) => response.writeHead(status).end(JSON.stringify(body));
};
const refusal = (status: number, code: string) => json(status, { __type: code, message: SECRET });

beforeEach(async () => {
  received = [];
  server = createServer(async (request, response) => {
    received.push({ request, body: await text(request) });
    answers[Math.min(received.length, answers.length) - 1]?.(response);
  });
  stubAwsEnvironment(`http://127.0.0.1:${await listen(server)}`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await once(server.close(), 'close');
});

const read = (client = aws.secretsManager()) =>
  client.send(new GetSecretValueCommand({ SecretId: 'mail/ada' }));

const readAccount = (ssm: aws.AccountReaders['ssm']) => ssm.send(new DescribeParametersCommand({}));

describe('a call is made again after', () => {
  it.each([
    ['an error of the service', refusal(500, 'InternalServiceError')],
    ['a load balancer that answers in HTML', (response) => response.writeHead(503).end('<html>busy</html>')],
    ['throttling', refusal(400, 'ThrottlingException')],
    ['a status of 429', refusal(429, 'Whatever')],
    ['a reset connection', (response) => response.destroy()],
  ] satisfies [string, Answer][])(
    '%s',
    async (_what, failure) => {
      answers = [failure, failure, json(200, { Name: 'mail/ada' })];
      expect(await read()).toMatchObject({ Name: 'mail/ada' });
      expect(received).toHaveLength(3);
    },
    15_000,
  );

  it('silence', async () => {
    answers = [() => {}, json(200, { Name: 'mail/ada' })];
    expect(await read()).toMatchObject({ Name: 'mail/ada' });
    expect(received).toHaveLength(2);
  }, 20_000);
});

describe('a call rejects', () => {
  it('after three attempts, and is still known to be throttled', async () => {
    answers = [refusal(400, 'ThrottlingException')];
    const error = await read().catch((reason: unknown) => reason);
    expect(aws.isThrottling(error)).toBe(true);
    expect(received).toHaveLength(3);
  }, 15_000);

  it.each([
    'AccessDeniedException',
    'ResourceNotFoundException',
    'DecryptionFailure',
    'ExpiredTokenException',
    'ConditionalCheckFailedException',
  ])('at once when the service says %s, and names it', async (code) => {
    answers = [refusal(400, `com.amazonaws.service#${code}:http://internal.amazon.com/coral/`)];
    const error = await read().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: code, $metadata: { httpStatusCode: 400 } });
    expect(aws.isThrottling(error)).toBe(false);
    expect(received).toHaveLength(1);
  });

  it('with an error of which nothing is shown that AWS said, garbled and cut short too', async () => {
    const failures: Answer[] = [
      refusal(400, 'AccessDeniedException'),
      (response) => response.end(`{"SecretString":"${SECRET}`),
      (response) =>
        response.writeHead(200, { 'content-length': 999 }).write(SECRET, () => response.destroy()),
    ];
    for (const failure of failures) {
      answers = [failure];
      const error = await read().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(inspect([shown(error), shownText(error)])).not.toContain('canary');
    }
  });
});

it.each([
  ['one that reads a secret', () => read()],
  ['one that reads the account', () => readAccount(aws.accountReaders(new AbortController().signal).ssm)],
  ['one that waits for an invocation', () => aws.invoker().send(new InvokeCommand({ FunctionName: 'a' }))],
])('an answer that does not end ends at 16 MiB, whoever asks: %s', async (_who, ask) => {
  answers = [
    (response) => {
      const more = () => void (response.destroyed || response.write(Buffer.alloc(2 ** 20, ' '), more));
      more();
    },
  ];
  await expect(ask()).rejects.toThrow('an answer of AWS is longer than 16777216 bytes');
});

it('what must not be done twice is asked for once, though nobody knows what came of it', async () => {
  answers = [(response) => response.destroy()];
  const mint = new CreateAccessKeyCommand({ UserName: 'orders' });
  await expect(aws.iam(aws.ONCE).send(mint)).rejects.toThrow();
  expect(received).toHaveLength(1);
});

it('a reader of the account answers no more when its time is over, not even what it was asked before', async () => {
  const late = new AbortController();
  answers = [() => late.abort()];
  const { ssm } = aws.accountReaders(late.signal);
  await expect(readAccount(ssm)).rejects.toMatchObject({ name: 'AbortError' });
  await expect(readAccount(ssm)).rejects.toMatchObject({ name: 'AbortError' });
  expect(received).toHaveLength(1);
});

describe('who reads patiently', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['the account', () => aws.accountReaders(new AbortController().signal).sesv2],
    ['one credential', () => aws.iam(aws.PATIENTLY)],
  ])('tries each call eight times, however many were throttled before: %s', async (_of, make) => {
    const strategy = (await make().config.retryStrategy()) as StandardRetryStrategy;
    for (let call = 0; call < 200; call += 1) {
      let token = await strategy.acquireInitialRetryToken('');
      for (let attempt = 2; attempt <= 8; attempt += 1) {
        const next = strategy.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING' });
        await vi.advanceTimersByTimeAsync(20_000);
        token = await next;
      }
      strategy.recordSuccess(token);
    }
    const token = await strategy.acquireInitialRetryToken('');
    vi.spyOn(token, 'getRetryCount').mockReturnValue(7);
    await expect(strategy.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING' })).rejects.toThrow();
  });
});

it('a quota is no throttling: no waiting helps', () => {
  const quota = new LimitExceededException({ message: 'AccessKeysPerUser: 2', $metadata: {} });
  expect(aws.isThrottling(quota)).toBe(false);
});

interface Sent {
  readonly protocol: string;
  readonly hostname: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a call goes, and for which region it is signed; it is not sent. */
async function placeOf<Command>(
  client: { readonly middlewareStack: object; send: (command: never) => Promise<unknown> },
  command: Command,
): Promise<string> {
  let sent: Sent | undefined;
  const keep = () => async (args: { readonly request: unknown }) => {
    sent = args.request as Sent;
    throw new Error('not sent');
  };
  const stack = client.middlewareStack as ReturnType<typeof aws.iam>['middlewareStack'];
  stack.add(keep as never, { step: 'deserialize', priority: 'low' });
  await client.send(command as never).catch(() => {});
  const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(sent?.headers.authorization ?? '')?.[1];
  return `${sent?.protocol}//${sent?.hostname} ${region}`;
}

const placeOfIam = () => placeOf(aws.iam(), new ListUserTagsCommand({ UserName: 'orders' }));
const placeOfS3 = () => placeOf(aws.s3(), new GetObjectCommand({ Bucket: 'reports', Key: 'a' }));
const placeOfDynamoDb = () =>
  placeOf(aws.dynamodb(), new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'a' } } }));
const placeOfSes = () => placeOf(aws.sesv2(), new GetEmailIdentityCommand({ EmailIdentity: 'a.example' }));

describe('a service is called, and the call signed,', () => {
  it.each([
    ['eu-central-1', placeOfIam, 'https://iam.amazonaws.com us-east-1'],
    ['eu-central-1', placeOfS3, 'https://reports.s3.eu-central-1.amazonaws.com eu-central-1'],
    ['eu-central-1', placeOfSes, 'https://email.eu-central-1.amazonaws.com eu-central-1'],
    ['us-gov-west-1', placeOfIam, 'https://iam.us-gov.amazonaws.com us-gov-west-1'],
    ['us-gov-west-1', placeOfDynamoDb, 'https://dynamodb.us-gov-west-1.amazonaws.com us-gov-west-1'],
    ['cn-northwest-1', placeOfIam, 'https://iam.cn-north-1.amazonaws.com.cn cn-north-1'],
    ['cn-north-1', placeOfS3, 'https://reports.s3.cn-north-1.amazonaws.com.cn cn-north-1'],
    ['eusc-de-east-1', placeOfIam, 'https://iam.eusc-de-east-1.amazonaws.eu eusc-de-east-1'],
    ['eusc-de-east-1', placeOfS3, 'https://reports.s3.eusc-de-east-1.amazonaws.eu eusc-de-east-1'],
  ] as const)('in %s where its partition has it: %o, %s', async (region, placed, place) => {
    vi.stubEnv('AWS_ENDPOINT_URL', undefined);
    vi.stubEnv('AWS_REGION', region);
    expect(await placed()).toBe(place);
  });

  it('where the environment says: the service before all services', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://all.example');
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://table.example');
    expect(await placeOfDynamoDb()).toMatch(/^http:\/\/table\.example /);
    expect(await placeOfIam()).toMatch(/^http:\/\/all\.example /);
  });
});
