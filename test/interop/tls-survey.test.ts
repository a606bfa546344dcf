import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CATALOGUE } from '../../functions/audit/checks/catalogue.ts';
import type { Security } from '../../functions/net/endpoint.ts';
import {
  type CipherClass,
  type ServerFacts,
  type TlsVersion,
  WEAK_CLASSES,
} from '../../functions/smtp/probe/facts.ts';
import { probeServer } from '../../functions/smtp/probe/probe.ts';
import { surveyTls } from '../../functions/smtp/probe/survey.ts';
import { soundFacts, withServer } from '../functions/audit/sound-facts.ts';
import { loopbackNetwork } from '../support/loopback-network.ts';
import { BEYOND_THE_TOOLS, OLD_SERVERS, startOldServers } from './old-openssl.ts';
import { BEYOND_TESTSSL, ODD_SERVERS, type OddServer, startOddServers } from './openssl-server.ts';
import { PLAIN_VARIANT, SECURITIES, SERVERS, type Server } from './servers.ts';
import { askDhBits, askOpenssl, askTestssl, type Place, type Seen } from './tls-oracles.ts';

const AMPLE_MS = 30_000;
const PATIENCE_MS = 180_000;
const { targets } = inject('interop');
const SIDES = SERVERS.flatMap((server) =>
  [PLAIN_VARIANT, 'weak', 'strong'].flatMap((variant) =>
    SECURITIES.map((security) => ({ server, variant, security })),
  ),
);

/** Of tls.protocol.min, tls.cipher and tls.fs; `plain` is what the packages of Debian 12 come with. */
const FOUND: Readonly<Record<Server, Readonly<Record<string, readonly string[]>>>> = {
  Postfix: {
    plain: ['fail', 'fail', 'pass'],
    weak: ['fail', 'fail', 'pass'],
    strong: ['pass', 'pass', 'pass'],
  },
  'Dovecot submission': {
    plain: ['pass', 'info', 'pass'],
    weak: ['fail', 'fail', 'pass'],
    strong: ['pass', 'pass', 'pass'],
  },
  Exim: { plain: ['fail', 'info', 'pass'], weak: ['fail', 'fail', 'pass'], strong: ['pass', 'pass', 'pass'] },
};

let folder: string;
let odd: readonly OddServer[] = [];
/** How often the tools could answer on Debian 12. */
const LEAST = { servers: 31, openssl: 274, testssl: 119 };
const tally = { openssl: 0, testssl: 0, servers: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-tls-'));
  odd = [...(await startOddServers(folder)), ...(await startOldServers(folder))];
});
afterAll(async () => {
  await Promise.all(odd.map(({ daemon }) => daemon.stop()));
  await rm(folder, { recursive: true, force: true });
});

function target(server: Server, variant: string, security: Security): Place & { readonly ca: string } {
  const found = targets[`${server}: ${variant}`];
  if (!found) throw new Error(`bug: ${server} has no variant "${variant}"`);
  return { port: found[security], security, ca: found.ca };
}

function oddPlace(name: string): Place {
  return { port: odd.find((one) => one.name === name)?.port ?? 0, security: 'tls' };
}

function surveyOf(place: Place) {
  const endpoint = { host: 'localhost', ...place };
  return surveyTls({
    endpoint,
    network: loopbackNetwork(place),
    deadline: performance.now() + AMPLE_MS,
  });
}

/** testssl.sh takes up to a minute for one server, so it is asked where the set-up is not the usual one. */
async function agree(place: Place, { byTestssl = true } = {}): Promise<void> {
  const { handshakes, ciphers } = await surveyOf(place);
  const ours: Readonly<Record<string, { readonly result: string }>> = { ...handshakes, ...ciphers };
  const compare = (theirs: Seen) => {
    const asked = Object.keys(theirs).filter((name) => ours[name]?.result !== 'unknown');
    const shown = asked.map((name) => [name, ours[name]?.result === 'accepted']);
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries(asked.map((name) => [name, theirs[name as TlsVersion | CipherClass]])),
    );
    expect(asked.length).toBeGreaterThan(5);
    return asked.length;
  };
  tally.servers += 1;
  tally.openssl += compare(await askOpenssl(place));
  if (byTestssl) tally.testssl += compare(await askTestssl(place, folder));
}

describe('the survey agrees with openssl s_client and testssl.sh', () => {
  test.each(SIDES)(
    'on $server, $variant, over $security',
    ({ server, variant, security }) =>
      agree(target(server, variant, security), {
        byTestssl: variant === 'weak' && security === 'starttls',
      }),
    PATIENCE_MS,
  );

  test.each(Object.keys(ODD_SERVERS))(
    'on openssl s_server with %s',
    (name) => agree(oddPlace(name), { byTestssl: !BEYOND_TESTSSL.includes(name) }),
    PATIENCE_MS,
  );

  test.each(Object.keys(OLD_SERVERS).filter((name) => !BEYOND_THE_TOOLS.includes(name)))(
    'on OpenSSL 1.0.1 with %s',
    (name) => agree(oddPlace(name)),
    PATIENCE_MS,
  );

  test('as often as ever: a question that a tool no longer answers would go missing unseen', () => {
    const { servers, openssl, testssl } = tally;
    console.log(
      `${servers} TLS set-ups of real servers: agreed with openssl s_client ${openssl} times, with testssl.sh ${testssl} times`,
    );
    expect(servers).toBe(LEAST.servers);
    expect(openssl).toBeGreaterThanOrEqual(LEAST.openssl);
    expect(testssl).toBeGreaterThanOrEqual(LEAST.testssl);
  });
});

test.each(Object.entries(OLD_SERVERS))(
  'what OpenSSL 1.0.1 with %s serves, and no library of today, is found, and nothing else of that kind',
  async (name, { found }) => {
    const { handshakes, ciphers } = await surveyOf(oddPlace(name));
    const asked = { SSLv3: handshakes.SSLv3, ...ciphers };
    const lost: readonly string[] = ['SSLv3', ...WEAK_CLASSES];
    const accepted = Object.entries(asked).filter(([, { result }]) => result === 'accepted');
    expect(accepted.map(([one]) => one).filter((one) => lost.includes(one))).toEqual(found);
  },
);

test.each([
  ['DHE alone', 2048],
  ['DHE of 1024 bits', 1024],
])('the group of openssl s_server with %s has the size that openssl s_client sees', async (name, bits) => {
  const place = oddPlace(name);
  expect(await askDhBits(place)).toBe(bits);
  expect((await surveyOf(place)).dhBits).toBe(bits);
});

describe.each(SIDES)('$server, $variant, over $security', ({ server, variant, security }) => {
  let facts: ServerFacts;
  const status = (id: string) => statusOf(id, facts);
  beforeAll(async () => {
    const place = target(server, variant, security);
    facts = await probeServer({ host: 'localhost', ...place }, AMPLE_MS, loopbackNetwork(place));
  });

  test('is described, whatever it takes', () => {
    expect(facts.interrupted).toBeNull();
    expect(facts.session).toMatchObject({ chainError: null, signature: 'ecdsa-with-SHA256' });
  });

  test(`is found to be ${variant}`, () => {
    const found = [status('tls.protocol.min'), status('tls.cipher'), status('tls.fs')];
    expect(found).toEqual(FOUND[server][variant]);
  });

  test('throws away a command that came along with STARTTLS, and tells nobody who exists', () => {
    if (security === 'starttls') {
      expect(['discarded', 'refused']).toContain(facts.injection?.result);
      expect(status('smtp.injection')).toBe('pass');
      // Dovecot takes whoever comes from its own address for safe, and Exim answers MAIL in clear unless an ACL forbids it.
      expect(status('tls.enforced')).toBe(server === 'Postfix' ? 'pass' : 'fail');
    } else expect(facts.injection).toBeNull();
    expect(status('smtp.vrfy-expn')).toBe('pass');
  });
});

function statusOf(id: string, facts: ServerFacts): string | undefined {
  return CATALOGUE.find((check) => check.id === id)?.rule({ ...soundFacts, ...withServer(facts) }).status;
}
