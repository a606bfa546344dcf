import { afterEach, describe, expect, it } from 'vitest';
import { SUITES, type TlsSurvey, WEAK_CLASSES } from '../../../../functions/smtp/probe/facts.ts';
import { VERSION_NUMBERS } from '../../../../functions/smtp/probe/hello.ts';
import { surveyTls } from '../../../../functions/smtp/probe/survey.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { type HelloServer, type HelloServerOptions, startHelloServer } from './hello-server.ts';

const BUDGET_MS = 10_000;
const EVERY_VERSION = Object.values(VERSION_NUMBERS);
const MODERN = [0x1301, 0xc02f];

const open: HelloServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(options: HelloServerOptions): Promise<HelloServer> {
  const server = await startHelloServer(options);
  open.push(server);
  return server;
}

const survey = (server: HelloServer, budgetMs = BUDGET_MS) =>
  surveyTls({
    endpoint: server,
    network: loopbackNetwork(server),
    deadline: performance.now() + budgetMs,
  });

const accepted = (found: Readonly<Record<string, { readonly result: string }>>) =>
  Object.keys(found).filter((name) => found[name]?.result === 'accepted');

describe.each(['tls', 'starttls'] as const)('over %s', (security) => {
  it('a modern server shows two versions, no weak class, and costs twelve connections', async () => {
    const server = await serve({ security, versions: [0x0303, 0x0304], suites: MODERN });
    const { handshakes, ciphers } = await survey(server);
    expect(accepted(handshakes)).toEqual(['TLSv1.2', 'TLSv1.3']);
    expect(accepted(ciphers)).toEqual(['ecdhe']);
    expect(server.connections()).toBe(12);
  });

  it('a version that a session has proven is not asked for again', async () => {
    const server = await serve({ security, versions: [0x0303], suites: MODERN });
    const { handshakes } = await surveyTls(
      { endpoint: server, network: loopbackNetwork(server), deadline: performance.now() + BUDGET_MS },
      'TLSv1.3',
    );
    expect(accepted(handshakes)).toEqual(['TLSv1.2', 'TLSv1.3']);
    expect(server.connections()).toBe(11);
  });

  it('SSL 3.0 is found, which the TLS library of this computer cannot offer', async () => {
    const server = await serve({ security, versions: [0x0300], suites: [0x000a] });
    const { handshakes, ciphers } = await survey(server);
    expect(accepted(handshakes)).toEqual(['SSLv3']);
    expect(accepted(ciphers)).toEqual(['3des']);
  });

  it.each(WEAK_CLASSES)('the class %s is found, and no other', async (name) => {
    const suite = SUITES[name].at(-1) ?? 0;
    const server = await serve({ security, versions: [0x0301, 0x0303], suites: [0xc02f, suite] });
    const { ciphers } = await survey(server);
    const weak = accepted(ciphers).filter((one) => one !== 'ecdhe');
    expect(weak).toEqual([name]);
  });
});

describe('a server that takes everything', () => {
  it('has its versions and weak classes listed, as far as 12 connections go', async () => {
    const server = await serve({
      versions: EVERY_VERSION,
      suites: [...MODERN, ...Object.values(SUITES).flat()],
      dhBits: 1024,
    });
    const { handshakes, ciphers } = await survey(server);
    expect(accepted(handshakes)).toHaveLength(EVERY_VERSION.length);
    const [last, ...first] = WEAK_CLASSES.toReversed();
    expect(accepted(ciphers)).toEqual(expect.arrayContaining([...first, 'dhe']));
    expect(ciphers[last ?? 'null']).toEqual({ result: 'unknown', reason: 'not-reached' });
    expect(server.connections()).toBe(12);
    expect(ciphers.cbc).toEqual({ result: 'unknown', reason: 'not-reached' });
  });
});

describe('a server that hangs up on Diffie-Hellman', () => {
  it('still shows that it takes anonymous suites without it', async () => {
    const server = await serve({ versions: [0x0303], suites: [0xc018], dreads: [0x0034] });
    expect((await survey(server)).ciphers.anonymous).toEqual({ result: 'accepted' });
  });
});

describe('a server that fails as soon as an anonymous suite is offered', () => {
  it('still shows the other classes', async () => {
    const server = await serve({
      versions: [0x0303],
      suites: [0xc02f, 0x0005, 0x000a],
      dreads: SUITES.anonymous,
    });
    const { ciphers } = await survey(server);
    expect(accepted(ciphers)).toEqual(expect.arrayContaining(['rc4', '3des']));
    expect(ciphers.anonymous).toEqual({ result: 'refused' });
  });
});

describe('the Diffie-Hellman prime', () => {
  it.each([768, 1024, 2048, 4096])('of %d bits is measured', async (dhBits) => {
    const server = await serve({ versions: [0x0303], suites: [0xc02f, 0x0033], dhBits });
    expect(await survey(server)).toMatchObject({ dhBits, ciphers: { dhe: { result: 'accepted' } } });
  });
});

describe('a server that asks to slow down', () => {
  it('is left alone, and what was left to ask is unknown for that reason', async () => {
    const server = await serve({ versions: [0x0303], suites: MODERN, patience: 3 });
    const { handshakes, ciphers } = await survey(server);
    expect(server.connections()).toBe(4);
    expect(accepted(handshakes)).toEqual(['TLSv1.2']);
    expect(ciphers.rc4).toEqual({ result: 'unknown', reason: 'throttled' });
  });
});

describe('a server that hangs up in place of an alert', () => {
  it('refuses all the same, when it still takes at the end what it took before', async () => {
    const server = await serve({ security: 'tls', versions: [0x0303], suites: MODERN, wordless: true });
    const { handshakes, ciphers } = await survey(server);
    expect(handshakes.TLSv1).toEqual({ result: 'refused' });
    expect(ciphers.rc4).toEqual({ result: 'refused' });
    expect(server.connections()).toBe(13);
  });

  it('is asked again for the version of a session that there was already, where it has no other', async () => {
    const server = await serve({ security: 'tls', versions: [0x0304], suites: MODERN, wordless: true });
    const probed = {
      endpoint: server,
      network: loopbackNetwork(server),
      deadline: performance.now() + BUDGET_MS,
    };
    const { handshakes } = await surveyTls(probed, 'TLSv1.3');
    expect(handshakes['TLSv1.2']).toEqual({ result: 'refused' });
  });

  it('because it has had enough of us has refused nothing', async () => {
    const server = await serve({ security: 'tls', versions: [0x0303], suites: [...MODERN, 5], patience: 2 });
    const { handshakes, ciphers } = await survey(server);
    expect(accepted(handshakes)).toEqual(['TLSv1.2']);
    expect(handshakes.TLSv1).toEqual({ result: 'unknown', reason: 'closed' });
    expect(ciphers.rc4).toEqual({ result: 'unknown', reason: 'closed' });
  });

  it('whatever it is offered has refused nothing either', async () => {
    const server = await serve({ security: 'tls', versions: [], suites: [], wordless: true });
    const { handshakes } = await survey(server);
    expect(handshakes['TLSv1.2']).toEqual({ result: 'unknown', reason: 'closed' });
  });
});

it('ends with its budget, and says what it did not come to', async () => {
  const server = await serve({ versions: [0x0303], suites: MODERN });
  const { handshakes }: TlsSurvey = await survey(server, 0);
  expect(handshakes['TLSv1.3']).toMatchObject({ result: 'unknown' });
  expect(server.connections()).toBe(0);
});
