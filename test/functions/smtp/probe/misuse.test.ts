import { afterEach, describe, expect, it } from 'vitest';
import { tryRelay } from '../../../../functions/smtp/probe/misuse.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { type Responder, startResponder } from './responder.ts';

const RECIPIENT = 'ada@mailbox.example.org';
const OK = '250 2.1.0 Ok\r\n';

const open: Responder[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

describe.each(['tls', 'starttls'] as const)('relay for a stranger over %s', (security) => {
  it.each([
    ['taken', { MAIL: OK, RCPT: OK }, { result: 'answered', command: 'RCPT', code: 250 }],
    ['refused', { MAIL: OK, RCPT: '554 5.7.1 No\r\n' }, { result: 'answered', command: 'RCPT', code: 554 }],
    ['refused at once', {}, { result: 'answered', command: 'MAIL', code: 530 }],
    ['put off', { EHLO: '421 4.7.0 Later\r\n' }, { result: 'unknown', reason: 'throttled' }],
  ])('%s', async (_name, replies, expected) => {
    const server = await startResponder({ security, replies });
    open.push(server);
    const { host, port, ca } = server;
    const endpoint = { host, port, security, ca };
    expect(await tryRelay(endpoint, RECIPIENT, 5000, loopbackNetwork(server))).toEqual(expected);
    const said = server.dialogues.flat();
    expect(said.some((line) => /^(DATA|AUTH)/i.test(line))).toBe(false);
    expect(said.at(-1)).toBe('QUIT');
    if ('RCPT' in replies) expect(said.at(-2)).toBe('RSET');
  });
});
