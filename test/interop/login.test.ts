import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, inject, test } from 'vitest';
import type { Credential } from '../../functions/credential/credential.ts';
import { Redacted } from '../../functions/credential/redacted.ts';
import { login } from '../../functions/smtp/login.ts';
import { judge } from '../../functions/smtp/verdict.ts';
import type { Submission } from './global-setup.ts';

const BUDGET_MS = 10_000;
const { servers, ca, username, password } = inject('interop');

function credential({ host, port, security }: Submission, secret: string, trusted = true): Credential {
  const endpoint = { host, port, security, ...(trusted && { ca }) };
  return { endpoint, username, password: new Redacted(secret) };
}

describe.each(servers)('$server with $security', (server) => {
  test('the right password is valid, and proven over verified TLS', async () => {
    const evidence = await login(credential(server, password), BUDGET_MS);
    expect(judge(evidence)).toMatchObject({ credential: 'good', verdict: 'valid' });
    expect(evidence).toMatchObject({
      stage: 'done',
      authSent: true,
      used: 'PLAIN',
      reply: { code: 235 },
      tls: { certificate: { subject: 'CN=localhost' } },
    });
  });

  test('a wrong password is rejected, and only it', async () => {
    const evidence = await login(credential(server, `${password}-wrong`), BUDGET_MS);
    expect(judge(evidence)).toMatchObject({ credential: 'bad', verdict: 'rejected' });
    expect(evidence.reply?.code).toBe(535);
    const after = await login(credential(server, password), BUDGET_MS);
    expect(judge(after).verdict).toBe('valid');
  });

  test('an unknown authority ends the login before any AUTH byte', async () => {
    const evidence = await login(credential(server, password, false), BUDGET_MS);
    expect(judge(evidence)).toMatchObject({ credential: 'unknown', verdict: 'tls-untrusted:unknown-ca' });
    expect(evidence).toMatchObject({ stage: 'tls', authSent: false, tls: null });
  });
});

describe.each(servers.filter(({ security }) => security === 'starttls'))(
  '$server before STARTTLS',
  (server) => {
    test('the server itself neither offers nor takes AUTH', async () => {
      const [ehlo, auth] = await converse(server, ['EHLO client.test', 'AUTH PLAIN AHUAcA==']);
      expect(ehlo).toContain('STARTTLS');
      expect(ehlo).not.toContain('AUTH');
      expect(auth).toMatch(/^5\d\d /);
    });
  },
);

/** The reply to each command, sent in the clear. */
async function converse({ port }: Submission, commands: readonly string[]): Promise<string[]> {
  // Dovecot takes a client with the server's own address for a secure one.
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  await reply(lines);
  const replies: string[] = [];
  for (const command of commands) {
    socket.write(`${command}\r\n`);
    replies.push(await reply(lines));
  }
  socket.destroy();
  return replies;
}

/** All lines of one reply; the last has no hyphen after its code (RFC 5321 section 4.2.1). */
async function reply(lines: AsyncIterator<string>): Promise<string> {
  const read: string[] = [];
  do read.push((await lines.next()).value);
  while (read.at(-1)?.[3] === '-');
  return read.join('\n');
}
