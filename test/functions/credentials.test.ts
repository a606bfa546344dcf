import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { resultWith } from '../../functions/smtp/login-result.ts';
import type { Ledger } from '../../functions/table/ledger.ts';
import type { Validations } from '../../functions/table/validations.ts';
import type { ValidationResult } from '../../functions/validation/contract.ts';
import { expectAnswer } from '../support/api-schema.ts';
import { type Aws, call, freshAws, stubDeployment } from './api-world.ts';

const DAY = 86_400_000;

let handler: typeof import('../../functions/credentials.ts').handler;
/** Answers for one credential: it may ask whether a rotation is possible. */
let operate: typeof import('../../functions/operate.ts').handler;
let ledger: Ledger;
let validations: Validations;
let table: Aws['table'];
let secrets: Aws['secrets'];

beforeAll(async () => {
  stubDeployment({ soakHours: '48' });
  ({ handler } = await import('../../functions/credentials.ts'));
  ({ handler: operate } = await import('../../functions/operate.ts'));
  const deployment = await import('../../functions/deployment.ts');
  ledger = deployment.ledger();
  validations = deployment.validations();
});

afterAll(() => vi.unstubAllEnvs());

beforeEach(() => {
  ({ table, secrets } = freshAws());
});

const arnOf = (name: string) => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`;

function result(name: string, checkedAt: number, verdict: 'valid' | 'timeout:connect'): ValidationResult {
  const proven = verdict === 'valid';
  return {
    secretId: name,
    versionId: '7c8e2f4a-0b7d-4d51-9a6e-6f1f1c1a2b3c',
    checkedAt: new Date(checkedAt).toISOString(),
    ...resultWith(verdict),
    authSent: proven,
    endpoint: { host: 'mail.example.com', port: 465, security: 'tls' },
    tls: proven ? TLS : null,
    auth: proven ? { offered: ['PLAIN'], used: 'PLAIN' } : null,
    reply: proven ? { code: 235, enhanced: null, text: 'ok' } : null,
    timings: { dnsMs: 1, connectMs: 2, tlsMs: 3, authMs: 4, totalMs: 10 },
  };
}

const TLS = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  group: 'X25519',
  certificate: {
    subject: 'CN=mail.example.com',
    issuer: 'CN=ca',
    validTo: new Date(Date.now() + 30.5 * DAY).toISOString(),
    daysLeft: 40,
    fingerprint256: 'AA',
  },
};

function record(name: string, ago = 0, verdict: 'valid' | 'timeout:connect' = 'valid') {
  const checked = result(name, Date.now() - ago, verdict);
  return validations.record({ secretArn: arnOf(name), current: true, result: checked });
}

type Query = Record<string, string>;

async function list(query: Query | null = null) {
  const answer = await call(handler, { resource: '/credentials', queryStringParameters: query });
  expectAnswer(answer.statusCode === 200 ? 'CredentialList' : 'Error', answer.body);
  return answer;
}

async function one(id: string, query: Query | null = null) {
  const event = {
    httpMethod: 'GET',
    resource: '/credentials/{id+}',
    pathParameters: { id },
    queryStringParameters: query,
  };
  const answer = await call(operate, event);
  expectAnswer(answer.statusCode === 200 ? 'CredentialHistory' : 'Error', answer.body);
  return answer;
}

/** All pages, by following `next`. */
async function pages(ask: (query: Query) => ReturnType<typeof list>, limit: string) {
  const bodies = [];
  for (let next: string | null = ''; next !== null; next = bodies.at(-1).next) {
    const { statusCode, body } = await ask({ limit, ...(next && { next }) });
    expect(statusCode).toBe(200);
    bodies.push(body);
  }
  return bodies;
}

describe('GET /credentials', () => {
  it('is empty when nothing was validated', async () => {
    expect(await list()).toEqual({ statusCode: 200, body: { credentials: [], next: null } });
  });

  it('shows the last known verdict, and the last check that proved nothing', async () => {
    await record('mail/ada', 2 * DAY);
    await record('mail/ada', 0, 'timeout:connect');
    const { body } = await list();
    expect(body.credentials).toMatchObject([
      {
        secretName: 'mail/ada',
        secretArn: arnOf('mail/ada'),
        credential: 'good',
        verdict: 'valid',
        certificateDaysLeft: 30,
        lastCheck: { verdict: 'timeout:connect' },
      },
    ]);
  });

  it('gives every credential once, whatever the size of a page; the last page has no next', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `mail/${index}`);
    await Promise.all(names.map((name) => record(name)));
    for (const limit of ['1', '7', '40', '100']) {
      const found = await pages(list, limit);
      const seen = found.flatMap(({ credentials }) =>
        credentials.map((each: { secretName: string }) => each.secretName),
      );
      expect(seen.toSorted()).toEqual(names.toSorted());
      expect(found).toHaveLength(Math.ceil(40 / Number(limit)));
    }
  });

  it.each([
    { limit: '0' },
    { limit: '101' },
    { limit: 'ten' },
    { limit: '1e1' },
    { limit: '-1' },
    { limit: '' },
  ])('answers 400 to %j', async (query) => {
    expect(await list(query)).toMatchObject({
      statusCode: 400,
      body: { error: 'malformed-request', message: expect.stringMatching(/^Malformed limit: expected /) },
    });
  });
});

describe('GET /credentials/{id}', () => {
  it('takes the name or the full ARN, percent-encoded or not', async () => {
    await record('mail/ada@example.com');
    const name = 'mail/ada@example.com';
    for (const id of [name, encodeURIComponent(name), arnOf(name), encodeURIComponent(arnOf(name))]) {
      expect(await one(id)).toMatchObject({ statusCode: 200, body: { secretName: name, next: null } });
    }
  });

  it('has the history, newest first, page by page, and no other credential in it', async () => {
    await record('mail/ad');
    await record('mail/ada2');
    for (const hours of [5, 1, 3, 2, 4]) await record('mail/ada', hours * 3_600_000);
    const found = await pages((query) => one('mail/ada', query), '2');
    const history = found.flatMap((page) => page.history as ValidationResult[]);
    expect(found.map((page) => page.history.length)).toEqual([2, 2, 1]);
    expect(history.map(({ secretId }) => secretId)).toEqual(Array.from({ length: 5 }, () => 'mail/ada'));
    const times = history.map(({ checkedAt }) => checkedAt);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('says whether a rotation is possible, as rotate and doctor would; of a secret that is gone, nothing', async () => {
    await record('mail/ada');
    expect((await one('mail/ada')).body).toMatchObject({ credential: 'good', rotation: null });
    const arn = secrets.create(
      'mail/eve',
      '{"host":"mail.example.com","port":465,"username":"eve","password":"x"}',
    );
    const checked = result('mail/eve', Date.now(), 'valid');
    await validations.record({ secretArn: arn, current: true, result: checked });
    expect((await one('mail/eve')).body.rotation).toEqual({
      possible: false,
      reason: 'no-provider',
      message: 'the secret names no `provider`, so nothing can issue a new credential',
      possibleFrom: null,
    });
  });

  it.each(['InvalidRequestException', 'DecryptionFailure', 'ThrottlingException'])(
    'shows the history of a credential whose secret cannot be read: %s',
    async (name) => {
      const value = '{"host":"mail.example.com","port":465,"username":"eve","password":"x"}';
      const arn = secrets.create('mail/eve', value);
      const checked = result('mail/eve', Date.now(), 'valid');
      await validations.record({ secretArn: arn, current: true, result: checked });
      vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation((command) => {
        if (command instanceof GetSecretValueCommand) throw Object.assign(new Error('refused'), { name });
        return secrets.client.send(command);
      });
      expect(await one('mail/eve')).toMatchObject({
        statusCode: 200,
        body: { verdict: 'valid', rotation: null, history: [{ verdict: 'valid' }] },
      });
    },
  );

  it.each(['mail/none', arnOf('mail/none'), arnOf('mail/ada').replace(/AbCdEf$/, 'GhIjKl')])(
    'answers 404 to %s',
    async (id) => {
      await record('mail/ada');
      expect(await one(id)).toMatchObject({ statusCode: 404, body: { error: 'not-found' } });
    },
  );

  it.each([
    '%E0%A4%A',
    'a b',
    'arn:aws:secretsmanager:eu-central-1:1:secret:x',
    'x'.repeat(513),
    'SECRET#x',
    '',
  ])('answers 400 to an id that no secret can have: %j', async (id) => {
    expect(await one(id)).toMatchObject({
      statusCode: 400,
      body: { message: expect.stringMatching(/^Malformed id/) },
    });
  });
});

describe('a next', () => {
  const token = (text: string) => Buffer.from(text).toString('base64url');

  it.each(['', 'no-token', '*', token('AUDIT'), token('SECRET#x'), token('{"pk":{"S":"AUDIT"}}')])(
    'that was made up gets 400: %j',
    async (next) => {
      await record('mail/ada');
      expect(await one('mail/ada', { next })).toMatchObject({
        statusCode: 400,
        body: { message: expect.stringMatching(/^Malformed next/) },
      });
    },
  );

  it('of one credential is of no use for another', async () => {
    for (const hours of [1, 2, 3]) await record('mail/ada', hours * 3_600_000);
    await record('mail/bob', 10 * DAY);
    const { body } = await one('mail/ada', { limit: '1' });
    const { body: other } = await one('mail/bob', { next: body.next });
    expect(other.history.map(({ secretId }: ValidationResult) => secretId)).toEqual(['mail/bob']);
  });

  it('never leads out of the credentials, whatever it says', async () => {
    await record('mail/ada');
    await ledger.recordMint(arnOf('mail/ada'), {
      token: 'canary',
      startedAt: 1,
      endsBy: 2,
      credentialId: 'AKIACANARY',
    });
    for (const text of ['AUDIT', 'BUDGET', 'zz', '0', arnOf('mail/ada').slice(0, 40).replaceAll(':', '/')]) {
      const { statusCode, body } = await list({ next: token(text) });
      expect(statusCode).toBe(200);
      expect(JSON.stringify(body)).not.toContain('CANARY');
    }
    expect(JSON.stringify([...(await table.items()).values()])).toContain('AKIACANARY');
  });
});

it('GET /openapi.json answers the document', async () => {
  const { statusCode, body } = await call(handler, { resource: '/openapi.json' });
  expect([statusCode, body.openapi]).toEqual([200, '3.1.1']);
  expect(Object.keys(body.paths)).toContain('/credentials/{id}');
});
