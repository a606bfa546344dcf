import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Credential } from '../../../../functions/providers/secret.ts';
import type { AuthMethod } from '../../../../functions/secrets/credential.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { login } from '../../../../functions/smtp/login.ts';
import { resultOf } from '../../../../functions/smtp/login-result.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import {
  cramMd5Server,
  loginServer,
  plainServer,
  scramServer,
  tokenServer,
} from '../../../support/sasl-mechanisms.ts';
import { type SaslServer, type SaslTestServer, startSaslServer } from '../../../support/sasl-server.ts';

const USERS = { ada: 'correct horse battery staple', 'a=b,c': 'päßwörd' };
const TOKEN = `ya29.${'t0ken'.repeat(8)}`;
const LONG_TOKEN = `ya29.${'t0ken'.repeat(200)}`;
const TOKENS = { 'ada@example.com': TOKEN, 'long@example.com': LONG_TOKEN };
const GOOGLE_ERROR = '{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}';
const RFC_ERROR = '{"status":"invalid_token","scope":"smtp"}';

const ALL: Readonly<Record<AuthMethod, SaslServer>> = {
  LOGIN: loginServer(USERS),
  PLAIN: plainServer(USERS),
  'CRAM-MD5': cramMd5Server(USERS),
  XOAUTH2: tokenServer(TOKENS, GOOGLE_ERROR),
  OAUTHBEARER: tokenServer(TOKENS, RFC_ERROR),
  'SCRAM-SHA-256': scramServer(USERS),
};

const open: SaslTestServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(mechanisms: Readonly<Record<string, SaslServer>>, keywords: readonly string[] = []) {
  const server = await startSaslServer(mechanisms, keywords);
  open.push(server);
  return server;
}

async function loginTo(server: SaslTestServer, username: string, secret: string, authMethod?: AuthMethod) {
  const { host, port, security, ca } = server;
  const credential: Credential = {
    endpoint: { host, port, security, ca },
    username,
    password: new Redacted(secret),
    ...(authMethod && { authMethod }),
  };
  const evidence = await login(credential, 10_000, loopbackNetwork(server));
  return { evidence, ...resultOf(evidence) };
}

const auths = ({ lines }: SaslTestServer) => lines.filter((line) => /^AUTH/i.test(line));

it.each(['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'] as const)(
  '%s never sends a secret that makes a longer response than RFC 4954 allows',
  async (method) => {
    const server = await serve(ALL);
    const secret = 'x'.repeat(12_288);
    expect(await loginTo(server, 'ada', secret, method)).toMatchObject({ verdict: 'auth-line-too-long' });
    expect(Math.max(...server.lines.map((line) => line.length))).toBeLessThan(100);
  },
);

describe.each(['SCRAM-SHA-256', 'PLAIN', 'LOGIN', 'CRAM-MD5'] as const)('%s', (method) => {
  it.each(Object.entries(USERS))('proves %s by one AUTH', async (username, password) => {
    const server = await serve(ALL);
    const result = await loginTo(server, username, password, method);
    expect(result).toMatchObject({ verdict: 'valid', credential: 'good', evidence: { used: method } });
    expect(auths(server)).toHaveLength(1);
  });

  it('says rejected for a wrong password, and sends no second AUTH', async () => {
    const server = await serve(ALL);
    expect(await loginTo(server, 'ada', 'wrong password', method)).toMatchObject({ verdict: 'rejected' });
    expect(auths(server)).toHaveLength(1);
  });
});

describe.each(['XOAUTH2', 'OAUTHBEARER'] as const)('%s', (method) => {
  it.each(Object.entries(TOKENS))('proves the token of %s', async (username, token) => {
    const server = await serve(ALL);
    expect(await loginTo(server, username, token, method)).toMatchObject({ verdict: 'valid' });
    expect(auths(server)).toHaveLength(1);
  });

  it('answers the error in the 334, and takes its status for the truth about the token', async () => {
    const server = await serve(ALL);
    const result = await loginTo(server, 'ada@example.com', 'an expired token', method);
    expect(result).toMatchObject({ verdict: 'token-rejected', credential: 'bad' });
    expect(result.evidence.failure).toMatchObject({
      kind: 'reply',
      reply: { code: 535 },
      tokenStatus: method === 'XOAUTH2' ? '401' : 'invalid_token',
    });
    expect(server.lines.filter((line) => line !== 'QUIT').at(-1)).toBe(method === 'XOAUTH2' ? '' : 'AQ==');
  });

  it('does not blame the token for a fault of the server that checks it', async () => {
    const server = await serve({ [method]: tokenServer(TOKENS, '{"status":"500"}') });
    expect(await loginTo(server, 'ada@example.com', 'expired', method)).toMatchObject({
      verdict: 'temporary',
      credential: 'unknown',
    });
  });
});

describe('the choice of a mechanism', () => {
  it.each([
    [['LOGIN', 'CRAM-MD5', 'PLAIN', 'XOAUTH2', 'SCRAM-SHA-256'], 'SCRAM-SHA-256'],
    [['LOGIN', 'CRAM-MD5', 'PLAIN'], 'PLAIN'],
    [['CRAM-MD5', 'LOGIN'], 'LOGIN'],
    [['XOAUTH2', 'CRAM-MD5'], 'CRAM-MD5'],
  ] as const)('of %j is %s for a password', async (offered, used) => {
    const server = await serve(Object.fromEntries(offered.map((name) => [name, ALL[name]])));
    const result = await loginTo(server, 'ada', USERS.ada);
    expect(result).toMatchObject({ verdict: 'valid', evidence: { used } });
  });

  it.each([
    [['XOAUTH2', 'OAUTHBEARER'], undefined],
    [['PLAIN', 'LOGIN'], 'SCRAM-SHA-256'],
    [['PLAIN', 'OAUTHBEARER'], 'XOAUTH2'],
    [['SCRAM-SHA-256', 'XOAUTH2'], 'PLAIN'],
  ] as const)('of %j is none for %s, and nothing is sent', async (offered, wanted) => {
    const server = await serve(Object.fromEntries(offered.map((name) => [name, ALL[name]])));
    const result = await loginTo(server, 'ada', USERS.ada, wanted);
    expect(result).toMatchObject({ verdict: 'mechanism-unsupported', evidence: { authSent: false } });
    expect(auths(server)).toEqual([]);
  });
});

describe('a server that says 235 too soon', () => {
  const welcome = async () => '235 2.7.0 Welcome';

  it.each(['LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256'] as const)(
    'is not believed before %s has come to its end',
    async (method) => {
      const server = await serve({ [method]: welcome });
      expect(await loginTo(server, 'ada', USERS.ada, method)).toMatchObject({
        verdict: 'server-unproven',
        credential: 'unknown',
      });
    },
  );

  it('is not believed after LOGIN has only seen the user name', async () => {
    const server = await serve({
      LOGIN: async (_initial, ask) => {
        await ask('Username:');
        return welcome();
      },
    });
    expect(await loginTo(server, 'ada', USERS.ada)).toMatchObject({ verdict: 'server-unproven' });
  });

  it('is not believed before a token that is too long for the command line was sent', async () => {
    const server = await serve({ XOAUTH2: welcome });
    const result = await loginTo(server, 'long@example.com', LONG_TOKEN, 'XOAUTH2');
    expect(result.verdict).toBe('server-unproven');
    expect(server.lines.join('\n')).not.toContain(Buffer.from(LONG_TOKEN).toString('base64').slice(0, 40));
  });

  it.each([
    ['forges its signature', (right: string) => right.replace(/^v=..../, 'v=AAAA')],
    ['leaves it out', () => ''],
    ['takes that of another exchange', () => 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='],
  ])('is not believed when it knows our proof is right but %s', async (_what, signature) => {
    const server = await serve({ 'SCRAM-SHA-256': scramServer(USERS, signature) });
    expect(await loginTo(server, 'ada', USERS.ada)).toMatchObject({
      verdict: 'server-unproven',
      credential: 'unknown',
    });
  });

  it.each([1, 1000, 4095, 600_001])(
    'gets no proof of the password when it announces %i iterations of SCRAM, and the password is not called bad',
    async (iterations) => {
      const asked: (string | null)[] = [];
      const scram = scramServer(USERS, undefined, iterations);
      const server = await serve({
        'SCRAM-SHA-256': (initial, ask) =>
          scram(initial, async (challenge) => {
            const answer = await ask(challenge);
            asked.push(answer);
            return answer;
          }),
      });
      const result = await loginTo(server, 'ada', USERS.ada);
      expect(result).toMatchObject({ verdict: 'scram-iterations', credential: 'unknown' });
      expect(asked.filter((answer) => answer?.includes('p='))).toEqual([]);
      expect(server.lines.join('\n')).not.toContain(Buffer.from('c=biws,r=').toString('base64').slice(0, 11));
    },
  );

  it('is not believed when it accepts a token that it has just refused', async () => {
    const server = await serve({
      XOAUTH2: async (_initial, ask) => {
        await ask(GOOGLE_ERROR);
        return welcome();
      },
    });
    expect(await loginTo(server, 'ada@example.com', TOKEN, 'XOAUTH2')).toMatchObject({
      verdict: 'server-unproven',
    });
  });

  it('is not believed when its 235 contradicts itself', async () => {
    const server = await serve({ PLAIN: async () => '235 5.7.8 Welcome' });
    expect(await loginTo(server, 'ada', USERS.ada)).toMatchObject({ verdict: 'protocol-error' });
  });
});

describe('what goes over the wire', () => {
  it('is an initial response when the command line has room for it, else the answer to an empty 334', async () => {
    const server = await serve(ALL);
    await loginTo(server, 'ada@example.com', TOKEN, 'XOAUTH2');
    await loginTo(server, 'long@example.com', LONG_TOKEN, 'XOAUTH2');
    const [short, long] = auths(server);
    expect(short).toMatch(/^AUTH XOAUTH2 \S+$/);
    expect(long).toBe('AUTH XOAUTH2');
    for (const line of server.lines.filter((said) => said.startsWith('AUTH')))
      expect(line.length).toBeLessThan(511);
  });

  it('ends with QUIT after a login that is proven, by every mechanism', async () => {
    for (const [method, keywords] of [
      ['PLAIN', ['PIPELINING']],
      ['PLAIN', []],
      ['SCRAM-SHA-256', ['PIPELINING']],
    ] as const) {
      const server = await serve(ALL, keywords);
      expect(await loginTo(server, 'ada', USERS.ada, method)).toMatchObject({ verdict: 'valid' });
      expect(server.lines.at(-1)).toBe('QUIT');
    }
  });

  it('is nothing at all for a user name or password with a control character', async () => {
    const server = await serve(ALL);
    for (const [username, password] of [
      ['ada\r\nQUIT', 'pw'],
      ['ada', 'pw\0x'],
      ['ada\0root', 'pw'],
      ['ada\x01auth=x', 'pw'],
    ] as const)
      for (const method of [undefined, 'LOGIN', 'CRAM-MD5', 'OAUTHBEARER'] as const)
        expect(await loginTo(server, username, password, method)).toMatchObject({
          verdict: 'malformed-secret',
          evidence: { authSent: false },
        });
    expect(auths(server)).toEqual([]);
  });

  it('is one line for each message, whatever the user name and password hold', async () => {
    const server = await serve(ALL);
    const hostile = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
    const methods = fc.constantFrom<AuthMethod>('PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'OAUTHBEARER');
    await fc.assert(
      fc.asyncProperty(hostile, hostile, methods, async (username, password, method) => {
        const before = server.lines.length;
        const { credential } = await loginTo(server, username, password, method);
        expect(credential).not.toBe('good');
        for (const line of server.lines.slice(before))
          expect(line).toMatch(/^(EHLO \S+|AUTH [A-Z0-9-]+( [A-Za-z0-9+/=]+)?|[A-Za-z0-9+/=]*|QUIT)$/);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a careless server that repeats what it was told', () => {
  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'XOAUTH2', 'OAUTHBEARER'] as const)(
    'puts nothing of a login by %s into the evidence',
    async (method) => {
      const seen: string[] = [];
      const sound = ALL[method];
      const server = await serve({
        [method]: async (initial, ask) => {
          if (initial) seen.push(initial);
          await sound(initial, async (challenge) => {
            const response = await ask(challenge);
            if (response) seen.push(response);
            return response;
          });
          const forms = seen.flatMap((text) => {
            const base64 = Buffer.from(text).toString('base64');
            return [text.replaceAll(/\p{Cc}/gu, ' '), base64, base64.slice(0, -5), base64.slice(3)];
          });
          return `535 5.7.8 no: ${forms.join(' | ')}`;
        },
      });
      const { evidence } = await loginTo(server, 'ada', 'S3cret-canary/+value', method);
      expect(seen).not.toEqual([]);
      expect(evidence.reply).toMatchObject({ code: 535, enhanced: '5.7.8', text: '[redacted]' });
      for (const text of seen) expect(JSON.stringify(evidence)).not.toContain(text);
      expect(JSON.stringify(evidence)).not.toMatch(/S3cret|canary/);
    },
  );
});
