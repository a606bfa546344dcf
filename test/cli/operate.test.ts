import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OperationAnswer } from '../../functions/api/operation-state.ts';
import { ended, notPossible, requested } from '../../infra/openapi/examples.ts';
import { listen } from '../support/smtp-servers.ts';
import { keyturn } from './command.ts';

interface Call {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let url: string;
let calls: Call[];
/** What the API answers, one after the other; the last one for ever. */
let answers: (readonly [status: number, body: unknown])[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    calls.push({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: await text(request),
    });
    const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, null];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  url = `http://127.0.0.1:${await listen(server)}/prod/`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  calls = [];
  answers = [
    [202, requested],
    [200, { ...requested, state: 'running' }],
    [200, ended],
  ];
});

const AWS = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIACALLER',
  AWS_SECRET_ACCESS_KEY: 'canary-s3cret',
  AWS_SESSION_TOKEN: 'canary-session',
};

const run = (...args: string[]) => keyturn(args, { env: { ...AWS, KEYTURN_API_URL: url } });

const answering = (change: Partial<OperationAnswer>) => {
  answers = [[202, { ...ended, ...change }]];
};

const ISSUE = {
  code: 'pending-stuck' as const,
  state: 'AWSPENDING stands on an old version.',
  nextAction: 'Take it off.',
  fixable: true,
};

describe('keyturn rollback', () => {
  it('asks the API, signed with the credentials of the caller, and waits for the end', async () => {
    const { code, stdout, stderr } = await run(
      'rollback',
      'keyturn/orders',
      '--reason',
      'it bounces',
      '--yes',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('rolled-back');
    expect(stderr).toContain('move-current: moved');
    expect(calls.map(({ method, url: path }) => [method, path])).toEqual([
      ['POST', '/prod/operations'],
      ['GET', `/prod/operations/${requested.operationId}`],
      ['GET', `/prod/operations/${requested.operationId}`],
    ]);
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
      operation: 'rollback',
      secretId: 'keyturn/orders',
      reason: 'it bounces',
      clientRequestToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    for (const { headers } of calls) {
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIACALLER\/\d{8}\/eu-central-1\/execute-api\/aws4_request/,
      );
      expect(headers['x-amz-security-token']).toBe('canary-session');
    }
    expect(stdout + stderr).not.toContain('canary');
  });

  it('shows the steps as they end, and once what it waits for', async () => {
    const waiting = { ...requested, state: 'running', message: 'Secrets Manager is driving the rotation.' };
    const step = { at: requested.requestedAt, step: 'createSecret', result: 'minted', durationMs: 7 };
    answers = [
      [202, requested],
      [200, waiting],
      [200, waiting],
      [200, { ...waiting, steps: [step] }],
      [200, ended],
    ];
    const { code, stderr } = await run('rotate', 'keyturn/orders');
    expect([code, stderr.match(/driving the rotation/g)?.length]).toEqual([0, 1]);
    expect(stderr).toContain('createSecret: minted');
  });

  it('accepts an endpoint that is named, and asks before', async () => {
    answering({ operation: 'accept-endpoint', endpoint: 'mail.example.com:465', result: 'accepted' });
    const named = ['accept-endpoint', 'keyturn/orders', 'mail.example.com:465'];
    expect(await run(...named)).toMatchObject({ code: 3, stderr: expect.stringContaining('--yes') });
    const { code, stdout } = await run(...named, '--yes');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/accepted/)]);
    expect(stdout).toContain('mail.example.com:465');
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
      operation: 'accept-endpoint',
      secretId: 'keyturn/orders',
      endpoint: 'mail.example.com:465',
    });
  });

  it.each([
    [['accept-endpoint', 'keyturn/orders', 'mail.example.com', '--yes'], 'host:port'],
    [['accept-endpoint', 'keyturn/orders', '--yes'], 'keyturn --help'],
    [['rotate', 'keyturn/orders', 'mail.example.com:465'], 'keyturn --help'],
  ])('%j is not asked for', async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 3, stderr: expect.stringContaining(message) });
    expect(calls).toEqual([]);
  });

  it.each(['rollback', 'compromised'])('%s is not begun off a terminal without --yes', async (operation) => {
    const { code, stderr } = await run(operation, 'keyturn/orders');
    expect([code, calls]).toEqual([3, []]);
    expect(stderr).toContain('Confirm it with --yes.');
  });

  it('sends a request again whose answer was lost, under the same token', async () => {
    answers = [[502, null], ...answers];
    expect(await run('rotate', 'keyturn/orders')).toMatchObject({ code: 0 });
    const tokens = calls.slice(0, 2).map(({ body }) => JSON.parse(body).clientRequestToken);
    expect(tokens[0]).toBe(tokens[1]);
  });
});

describe('at a terminal', () => {
  const typed = (input: string, ...args: string[]) =>
    keyturn(args, { env: { ...AWS, KEYTURN_API_URL: url }, input, columns: 80 });

  it.each([
    ['rollback', 'keyturn/orders'],
    ['compromised', 'keyturn/orders'],
    ['accept-endpoint', 'keyturn/orders', 'mail.example.com:465'],
  ])('%s is begun only when its secret id is typed', async (...args) => {
    answering({});
    expect(await typed('yes\n', ...args)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('keyturn: Nothing was done.'),
    });
    expect(calls).toEqual([]);
    expect(await typed('keyturn/orders\n', ...args)).toMatchObject({ code: 0 });
    expect(calls).toHaveLength(1);
  });

  it.each(['rotate', 'doctor'])('%s is not asked about', async (operation) => {
    answering({});
    const { code, stderr } = await typed('', operation, 'keyturn/orders');
    expect(code).toBe(0);
    expect(stderr).not.toContain('Type the secret id');
  });

  it('what will happen is said before it is asked', async () => {
    const { stderr } = await typed('no\n', 'compromised', 'keyturn/orders');
    expect(stderr).toContain('clients that cached one of them fail until they refresh');
  });
});

describe('the exit code', () => {
  it.each<[string, Partial<OperationAnswer>, number]>([
    ['done', {}, 0],
    ['doctor: nothing is wrong', { operation: 'doctor', result: 'healthy' }, 0],
    ['doctor: issues', { operation: 'doctor', result: 'issues', issues: [ISSUE] }, 1],
    ['failed', { state: 'failed', result: 'not-proven', message: 'It does not work.' }, 1],
    ['died', { state: 'abandoned', result: null, message: null }, 2],
  ])('says how it ended: %s', async (_name, change, code) => {
    answering(change);
    expect(await run('doctor', 'keyturn/orders')).toMatchObject({ code });
  });

  it.each<[number, number, unknown, string]>([
    [403, 3, { error: 'forbidden', message: 'Not allowed.' }, 'forbidden: Not allowed.'],
    [404, 3, { error: 'not-found', message: 'No such secret.' }, 'No such secret.'],
    [429, 2, { error: 'throttled', message: 'Later.' }, 'Later.'],
    [500, 2, { error: 'failed', message: 'Broken.' }, 'Broken.'],
    [200, 2, { hello: 'world' }, 'not the API of Keyturn'],
  ])('of an answer with %i is %i', async (status, code, body, message) => {
    answers = [[status, body]];
    const ran = await run('doctor', 'keyturn/orders');
    expect(ran).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('of a rotation that is not possible is 3, with the reason and the date at once, and nobody waits', async () => {
    answers = [[409, notPossible]];
    const ran = await run('rotate', 'keyturn/orders');
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    const told = ran.stderr.replaceAll(/\s+/g, ' ');
    expect(told).toContain('not-possible: all 2 credentials of this user are taken');
    expect(told).toContain(`Possible from ${notPossible.possibleFrom}`);
    expect(calls).toHaveLength(1);
    const json = await run('rotate', 'keyturn/orders', '--json');
    expect([json.code, JSON.parse(json.stdout)]).toEqual([3, notPossible]);
    expect(json.stderr).toContain('not-possible');
    answers = [[409, { ...notPossible, message: 'all \u001b[31m are taken' }]];
    expect((await run('rotate', 'keyturn/orders')).stderr).not.toContain('\u001b');
  });

  it('of an API that is not there is 2, and without the URL of one 3', async () => {
    const env = { ...AWS, KEYTURN_API_URL: 'http://127.0.0.1:1/' };
    expect(await keyturn(['doctor', 'keyturn/orders'], { env })).toMatchObject({ code: 2 });
    expect(await keyturn(['doctor', 'keyturn/orders'], { env: AWS })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('ApiUrl'),
    });
    expect(await run('doctor', 'keyturn/orders', '--api', 'http://api.example/')).toMatchObject({ code: 3 });
  });
});

describe('what is printed', () => {
  it('is the answer of the API with --json', async () => {
    answering({ reason: 'caf\u00e9' });
    const { stdout } = await run('rotate', 'keyturn/orders', '--json');
    expect(JSON.parse(stdout)).toEqual({ ...ended, reason: 'caf\u00e9' });
    expect(stdout).toMatch(/^[ -~\n]*$/);
  });

  it('says of each finding what to do, and whether --fix does it', async () => {
    answering({ operation: 'doctor', result: 'issues', issues: [ISSUE] });
    const { stdout } = await run('doctor', 'keyturn/orders');
    expect(stdout).toContain('pending-stuck');
    expect(stdout).toContain('With --fix: Take it off.');
  });

  it('cannot act on the terminal, whatever the API answers', async () => {
    answering({ message: 'a\u001b[2Jb', reason: '\u202e' });
    const { stdout } = await run('rotate', 'keyturn/orders');
    expect(stdout).toContain('a\\u{1b}[2Jb');
    expect(stdout).not.toContain('\u202e');
  });

  it('is the help, with the exit codes, in 80 columns', async () => {
    const { code, stdout } = await keyturn(['rollback', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/0 {2}done.*1 {2}failed.*2 {2}unknown.*3 {2}usage/s);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
