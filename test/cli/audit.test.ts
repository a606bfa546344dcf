import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditSummary } from '../../functions/audit/report/report.ts';
import { audit } from '../../infra/openapi/examples.ts';
import { listen } from '../support/smtp-servers.ts';
import { keyturn } from './command.ts';

const AWS = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIACALLER',
  AWS_SECRET_ACCESS_KEY: 'canary-s3cret',
};
const [WORRY = expect.unreachable('the example has a worry')] = audit.worst;

let server: Server;
let url: string;
let calls: { path: string | undefined; authorization: string | undefined }[];
let answer: readonly [status: number, body: unknown];

beforeAll(async () => {
  server = createServer((request, response) => {
    calls.push({ path: request.url, authorization: request.headers.authorization });
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
  });
  url = `http://127.0.0.1:${await listen(server)}/prod/`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  calls = [];
  answer = [200, audit];
});

const run = (...args: string[]) => keyturn(['audit', ...args], { env: { ...AWS, KEYTURN_API_URL: url } });
const answering = (change: Partial<AuditSummary>) => {
  answer = [200, { ...audit, ...change }];
};

describe('keyturn audit', () => {
  it('asks the API for the latest audit, signed with the credentials of the caller', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(calls).toEqual([
      {
        path: '/prod/audits/latest',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIACALLER\/\d{8}\/eu-central-1\/execute-api\//,
        ),
      },
    ]);
    expect(stdout).toContain('score 97 of 100');
    expect(stdout).not.toContain('canary');
  });

  it('asks for the audit that is named', async () => {
    await run(audit.runId);
    expect(calls.map(({ path }) => path)).toEqual([`/prod/audits/${audit.runId}`]);
  });

  it('shows what to do first, by check, and each practice', async () => {
    const orders = { ...WORRY, status: 'fail' as const, secretName: 'keyturn/orders', evidence: 'Refused.' };
    const second = { ...orders, secretName: 'mail/provider' };
    answering({ worst: [orders, second, WORRY], counts: { ...audit.counts, fail: 2 } });
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✘ The secret is rotated medium secret\.rotation-enabled\n· keyturn\/orders: Refused\.\n· mail\/provider: Refused\.\n/,
    );
    expect(stdout).toMatch(/\n! The secret is rotated/);
    expect(stdout).toMatch(/\n! {2}3 Regular rotation +1 warned, 2 passed\n/);
  });

  it('counts the accepted risks, and says when the answer holds the worst only', async () => {
    const many = Array.from({ length: 6 }, (_, at) => ({ ...WORRY, secretName: `mail/${at}` }));
    answering({ worst: many, counts: { ...audit.counts, warn: 900 }, accepted: 2 });
    const { stdout } = await run();
    expect(stdout).toMatch(/^findings .*, 2 accepted$/m);
    expect(stdout).toContain('· and at least 2 more\n\nThese are the worst 6 of 900 failures and warnings');
    answering({ worst: many, counts: { ...audit.counts, warn: 6 } });
    const { stdout: whole } = await run();
    expect(whole).toContain('· and 2 more\n');
    expect(whole).not.toMatch(/worst|accepted/);
  });

  it('stays within 80 columns, and off a terminal without colour', async () => {
    answering({ worst: [{ ...WORRY, secretName: 'a'.repeat(300), evidence: 'words '.repeat(60) }] });
    const { stdout } = await run();
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001b');
  });

  it('is the answer of the API with --json, in ASCII', async () => {
    answering({ worst: [{ ...WORRY, evidence: 'caf\u00e9 \u202e' }] });
    const { stdout } = await run('--json');
    expect(JSON.parse(stdout)).toEqual(answer[1]);
    expect(stdout).toMatch(/^[ -~\n]*$/);
  });

  it.each(['\u001b[2J\u001b]0;owned\u0007', '\u202egnp.exe', '\r\nscore 100 of 100', '\u0090q', '\u2028'])(
    'cannot be made to act on the terminal by %j',
    async (hostile) => {
      answering({
        runId: `r${hostile}`,
        worst: [{ ...WORRY, secretName: hostile, evidence: hostile, title: hostile, check: hostile }],
        practices: [{ ...(audit.practices[0] ?? expect.unreachable()), title: hostile }],
      });
      const { stdout, stderr } = await run();
      expect(stdout + stderr).toMatch(/^(?:\n|[^\p{C}\p{Zl}\p{Zp}])*$/u);
      expect(stdout).not.toMatch(/^score 100/m);
    },
  );
});

describe('its exit code', () => {
  it.each<[string, Partial<AuditSummary>, number]>([
    ['no check failed', {}, 0],
    ['a check failed', { counts: { ...audit.counts, fail: 1 }, unexamined: 3 }, 1],
    ['not every credential was examined', { unexamined: 1 }, 2],
  ])('says: %s', async (_, change, code) => {
    answering(change);
    expect(await run()).toMatchObject({ code });
  });

  it.each<[number, number, unknown, string]>([
    [403, 3, { error: 'forbidden', message: 'Not allowed.' }, 'forbidden: Not allowed.'],
    [404, 3, { error: 'not-found', message: 'No audit has finished yet.' }, 'No audit has finished yet.'],
    [500, 2, { error: 'failed', message: 'Broken.' }, 'Broken.'],
    [200, 2, { hello: 'world' }, 'not the API of Keyturn'],
  ])('of an answer with %i is %i', async (status, code, body, message) => {
    answer = [status, body];
    expect(await run()).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  it.each([['../operations/x'], ['a b'], ['x/report'], ['x?y']])(
    'of %s, which is no id, is 3, and nothing is sent',
    async (id) => {
      const { code, stderr } = await run(id);
      expect([code, calls]).toEqual([3, []]);
      expect(stderr).not.toContain(id);
    },
  );

  it('of an API that nobody named is 3', async () => {
    expect(await keyturn(['audit'], { env: AWS })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('ApiUrl'),
    });
  });
});
