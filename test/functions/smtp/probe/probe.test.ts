import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../../functions/net/endpoint.ts';
import { tryInjection } from '../../../../functions/smtp/probe/misuse.ts';
import { probeServer } from '../../../../functions/smtp/probe/probe.ts';
import { createAuthority } from '../../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { startSmtpServer } from '../../../support/smtp-servers.ts';
import { type Responder, type ResponderOptions, startResponder } from './responder.ts';
import { weakCertificate } from './weak-certificate.ts';

const BUDGET_MS = 10_000;
const OLD_TLS = { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function respond(options: ResponderOptions = {}): Promise<Responder> {
  const server = await startResponder(options);
  open.push(server);
  return server;
}

function endpointOf({ host, port, security, ca }: Endpoint): Endpoint {
  return { host, port, security, ...(ca && { ca }) };
}

describe.each(['tls', 'starttls'] as const)('a probe of a sound server over %s', (security) => {
  it('sees a trusted session, its mechanisms, and only TLS 1.2 and 1.3', async () => {
    const server = await startSmtpServer({ security, users: {} });
    open.push(server);
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts).toMatchObject({
      greeting: { code: 220 },
      session: { protocol: 'TLSv1.3', chainError: null, coversHost: true, certificate: { keyType: 'ec' } },
      mechanisms: ['PLAIN', 'LOGIN'],
      interrupted: null,
      handshakes: {
        TLSv1: { result: 'refused' },
        'TLSv1.1': { result: 'refused' },
        'TLSv1.2': { result: 'accepted' },
        'TLSv1.3': { result: 'accepted' },
      },
    });
    expect(server.logins).toEqual([]);
  });

  it('ends every connection with QUIT and never sends a login', async () => {
    const server = await respond({ security });
    await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    const heard = server.dialogues.filter((dialogue) => dialogue.length > 0);
    const lines = heard.flat();
    expect(lines.filter((line) => /^AUTH/i.test(line))).toEqual(
      security === 'starttls' ? ['AUTH PLAIN'] : [],
    );
    // A hello that is answered goes no further, so there is no line on which QUIT could be said.
    const spoken = heard.filter((dialogue) => dialogue.at(-1) !== 'STARTTLS');
    expect(spoken.map((dialogue) => dialogue.at(-1))).toEqual(spoken.map(() => 'QUIT'));
    expect(spoken).toHaveLength(security === 'starttls' ? 2 : 1);
  });
});

describe('what is said before TLS', () => {
  it('is refused by a sound server, and the mechanisms it lists there are kept apart', async () => {
    const server = await respond();
    const { plaintext } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(plaintext).toEqual({
      starttls: true,
      mechanisms: ['PLAIN', 'LOGIN'],
      overwritten: false,
      auth: 530,
      mail: 530,
    });
  });

  it('shows a server that would take a login in clear, and cancels that login', async () => {
    const server = await respond({ replies: { AUTH: '334 \r\n' } });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts.plaintext).toMatchObject({ auth: 334 });
    expect(facts.session).not.toBeNull();
    expect(server.dialogues[0]?.slice(1, 3)).toEqual(['AUTH PLAIN', '*']);
  });

  it.each([
    ['LOGIN', 'LOGIN CRAM-MD5'],
    ['XOAUTH2', 'XOAUTH2 SCRAM-SHA-256'],
  ])('shows a server that would take a login in clear by %s, of its mechanisms %s', async (asked, listed) => {
    const replies = {
      EHLO: `250-localhost\r\n250-STARTTLS\r\n250 AUTH ${listed}\r\n`,
      AUTH: '334 VXNlcm5hbWU6\r\n',
    };
    const server = await respond({ replies });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts.plaintext).toMatchObject({ auth: 334 });
    expect(server.dialogues[0]?.slice(1, 3)).toEqual([`AUTH ${asked}`, '*']);
  });

  it('shows a server that takes mail in clear, and takes that mail back', async () => {
    const server = await respond({ replies: { MAIL: '250 2.1.0 Ok\r\n' } });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts.plaintext).toMatchObject({ mail: 250 });
    expect(server.dialogues[0]?.slice(2, 4)).toEqual(['MAIL FROM:<>', 'RSET']);
  });

  it('goes no further when STARTTLS is not offered', async () => {
    const server = await respond({ replies: { EHLO: '250-localhost\r\n250 AUTH PLAIN\r\n' } });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts).toMatchObject({ plaintext: { starttls: false }, session: null, interrupted: null });
    expect(facts.handshakes.TLSv1).toEqual({ result: 'unknown', reason: 'not-reached' });
    expect(server.dialogues).toHaveLength(1);
    expect(server.dialogues[0]?.at(-1)).toBe('QUIT');
  });

  it('is not believed after TLS, even when it was sent ahead of the handshake', async () => {
    const server = await respond({
      replies: { STARTTLS: '220 Ready\r\n250-localhost\r\n250 AUTH ANONYMOUS\r\n' },
    });
    const { mechanisms } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(mechanisms).toEqual(['PLAIN', 'LOGIN']);
  });
});

/** OpenSSL serves it, and takes it where nobody verifies. */
function withoutDates(pem: string): string {
  const der = x509.PemConverter.decodeFirst(pem);
  const bytes = Buffer.from(der);
  for (let at = bytes.indexOf('170d', 'hex'); at !== -1; at = bytes.indexOf('170d', at + 1, 'hex'))
    bytes.fill('x', at + 2, at + 15);
  return x509.PemConverter.encode(bytes, 'CERTIFICATE');
}

describe('certificates that a login would refuse are described', () => {
  it.each([
    ['expired', { names: ['localhost'], from: -30, until: -2 }, 'CERT_HAS_EXPIRED', true],
    ['for another host', { names: ['mail.example.com'] }, null, false],
  ])('%s', async (_name, leaf, chainError, coversHost) => {
    const authority = await createAuthority();
    const server = await respond({ tls: await authority.issue(leaf) });
    const { session } = await probeServer(
      { ...endpointOf(server), ca: authority.cert },
      BUDGET_MS,
      loopbackNetwork(server),
    );
    expect(session).toMatchObject({ chainError, coversHost });
  });

  it('with dates that are none: what cannot be read ends the dialogue, and not the audit', async () => {
    const authority = await createAuthority();
    const { cert, key } = await authority.issue({ names: ['localhost'] });
    const server = await respond({ tls: { cert: withoutDates(cert), key } });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts).toMatchObject({
      session: null,
      interrupted: { reason: 'tls-failed', code: 'unreadable certificate' },
      handshakes: { 'TLSv1.2': { result: 'accepted' } },
    });
  });

  it('from an authority that nobody trusts', async () => {
    const { host, port, security } = await respond();
    const { session } = await probeServer({ host, port, security }, BUDGET_MS, loopbackNetwork({ port }));
    expect(session).toMatchObject({ chainError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', coversHost: true });
  });

  it('with an IP address as the name of the host', async () => {
    const authority = await createAuthority();
    const leaf = await authority.issue({ names: ['127.0.0.1'] });
    const { port } = await respond({ tls: leaf });
    const endpoint = { host: '127.0.0.1', port, security: 'starttls', ca: authority.cert } as const;
    const { session } = await probeServer(endpoint, BUDGET_MS, loopbackNetwork(endpoint));
    expect(session).toMatchObject({ chainError: null, coversHost: true });
  });
});

describe.each(['tls', 'starttls'] as const)('old protocol versions over %s', (security) => {
  it('are found where the server takes them', async () => {
    const server = await respond({ security, tls: { ...OLD_TLS, maxVersion: 'TLSv1.2' } });
    const { session, handshakes } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(session?.protocol).toBe('TLSv1.2');
    expect(handshakes).toEqual({
      SSLv3: { result: 'refused' },
      TLSv1: { result: 'accepted' },
      'TLSv1.1': { result: 'accepted' },
      'TLSv1.2': { result: 'accepted' },
      'TLSv1.3': { result: 'refused' },
    });
  });

  it('are described even when the server has nothing else', async () => {
    const server = await respond({ security, tls: { ...OLD_TLS, maxVersion: 'TLSv1' } });
    const { session, handshakes } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(session?.protocol).toBe('TLSv1');
    expect(handshakes['TLSv1.2']).toEqual({ result: 'refused' });
  });
});

describe('a weak certificate', () => {
  it('is described below the limit of the TLS library, and its common name does not count', async () => {
    const server = await respond({ tls: { ...(await weakCertificate()), ciphers: 'ALL:@SECLEVEL=0' } });
    const { session } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(session).toMatchObject({
      chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      coversHost: false,
      certificate: { subject: 'CN=localhost', keyType: 'rsa', keyBits: 1024 },
    });
  });
});

describe('a command sent along with STARTTLS', () => {
  it('is seen to be thrown away', async () => {
    const server = await respond();
    const { injection } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(injection).toEqual({ result: 'discarded' });
  });

  it('is seen to be carried out under TLS', async () => {
    const server = await respond({ keepsInjected: true });
    const { injection } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(injection).toEqual({ result: 'executed' });
  });

  it('is seen to be carried out by a server that wants EHLO before it', async () => {
    const server = await respond({ keepsInjected: true, replies: { NOOP: '503 5.5.1 EHLO first\r\n' } });
    const { injection } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(injection).toEqual({ result: 'executed' });
  });

  it('is not taken for carried out because a server says 250 to QUIT', async () => {
    const server = await respond({ replies: { QUIT: '250 Bye\r\n' } });
    const { injection } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(injection).toEqual({ result: 'discarded' });
  });

  it.each([
    ['before TLS', { STARTTLS: '421 4.3.2 Too many connections\r\n' }],
    ['under TLS', { QUIT: '421 4.3.2 Too many connections\r\n' }],
  ])('proves nothing where the server asks to slow down %s', async (_name, replies) => {
    const server = await respond({ replies });
    const { host, port, ca } = server;
    const endpoint = { host, port, security: 'starttls', ca } as const;
    const probed = { endpoint, network: loopbackNetwork(server), deadline: performance.now() + BUDGET_MS };
    expect(await tryInjection(probed)).toEqual({ result: 'unknown', reason: 'throttled' });
  });

  it('is refused by a server that calls it out of turn', async () => {
    const server = await respond({ outOfTurn: '554 5.5.0 SMTP synchronization error\r\n' });
    const { injection } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(injection).toEqual({ result: 'refused' });
  });

  it('is not tried where TLS comes first', async () => {
    const server = await respond({ security: 'tls' });
    const { injection } = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(injection).toBeNull();
  });
});

describe('under TLS', () => {
  it('the answers to VRFY and EXPN and the signature are noted', async () => {
    const replies = { VRFY: '252 2.0.0 Perhaps\r\n', EXPN: '250 2.1.5 <a@example.com>\r\n' };
    const server = await respond({ replies });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts.lookups).toEqual({ vrfy: 252, expn: 250 });
    expect(facts.session).toMatchObject({
      cipher: 'TLS_AES_256_GCM_SHA384',
      signature: 'ecdsa-with-SHA256',
      keyFingerprint256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});
