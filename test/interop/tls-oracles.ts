import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Security } from '../../functions/net/endpoint.ts';
import type { CipherClass, TlsVersion } from '../../functions/smtp/probe/facts.ts';

export interface Place {
  readonly port: number;
  readonly security: Security;
}

/** Whether another tool sees a version, or a class of cipher suites, as accepted. */
export type Seen = Partial<Record<TlsVersion | CipherClass, boolean>>;

const S_CLIENT: readonly (readonly [TlsVersion | CipherClass, readonly string[]])[] = [
  ['TLSv1', ['-tls1', '-cipher', 'ALL:eNULL:@SECLEVEL=0']],
  ['TLSv1.1', ['-tls1_1', '-cipher', 'ALL:eNULL:@SECLEVEL=0']],
  ['TLSv1.2', ['-tls1_2', '-cipher', 'ALL:eNULL:@SECLEVEL=0']],
  ['TLSv1.3', ['-tls1_3']],
  ['null', ['-no_tls1_3', '-cipher', 'eNULL:!aNULL:@SECLEVEL=0']],
  ['anonymous', ['-no_tls1_3', '-cipher', 'aNULL:@SECLEVEL=0']],
  ['anonymous', ['-no_tls1_3', '-cipher', 'kECDHE+aNULL:@SECLEVEL=0']],
  ['dhe', ['-no_tls1_3', '-cipher', 'kDHE:!aNULL:!eNULL:@SECLEVEL=0']],
  ['ecdhe', ['-no_tls1_3', '-cipher', 'kECDHE:!aNULL:!eNULL:@SECLEVEL=0']],
  ['static-key', ['-no_tls1_3', '-cipher', 'kRSA:!aNULL:!eNULL:@SECLEVEL=0']],
];

/** `openssl s_client`, one connection after the other, as far as OpenSSL can ask; one that is accepted is enough. */
export async function askOpenssl(place: Place): Promise<Seen> {
  const seen: Seen = {};
  for (const [question, args] of S_CLIENT) {
    const starttls = place.security === 'starttls' ? ['-starttls', 'smtp'] : [];
    const least = question === 'TLSv1.3' || question.startsWith('TLSv1') ? [] : ['-min_protocol', 'TLSv1'];
    const output = await run('openssl', [
      's_client',
      '-connect',
      `127.0.0.1:${place.port}`,
      ...starttls,
      ...least,
      ...args,
    ]);
    seen[question] ||= /^New, \S+, Cipher is (?!\(NONE\))/m.test(output);
  }
  return seen;
}

/** The size of the DHE group, as `openssl s_client` sees it. */
export async function askDhBits({ port }: Place): Promise<number | null> {
  const output = await run('openssl', [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-no_tls1_3', '-cipher', 'kDHE:@SECLEVEL=0'],
  ]);
  return Number(/^Server Temp Key: DH, (\d+) bits/m.exec(output)?.[1] ?? 0) || null;
}

const TESTSSL: Readonly<Record<string, TlsVersion | CipherClass>> = {
  SSLv3: 'SSLv3',
  TLS1: 'TLSv1',
  TLS1_1: 'TLSv1.1',
  TLS1_2: 'TLSv1.2',
  TLS1_3: 'TLSv1.3',
  cipherlist_NULL: 'null',
  cipherlist_aNULL: 'anonymous',
  cipherlist_EXPORT: 'export',
  cipherlist_LOW: 'des',
  cipherlist_3DES_IDEA: '3des',
  RC4: 'rc4',
};

/** `testssl.sh`: versions, categories of suites, and RC4. Its hellos are its own too, so it can ask nearly all. */
export async function askTestssl({ port, security }: Place, folder: string): Promise<Seen> {
  const file = join(folder, `testssl-${port}.json`);
  const starttls = security === 'starttls' ? ['--starttls', 'smtp'] : [];
  const how = ['--quiet', '--color', '0', '--warnings', 'batch', '--ip', '127.0.0.1', '--nodns', 'none'];
  const what = ['--protocols', '--std', '--rc4', '--jsonfile', file];
  const output = await run('testssl', [...how, ...what, ...starttls, `localhost:${port}`]);
  const findings: readonly { id: string; finding: string }[] = JSON.parse(
    await readFile(file, 'utf8').catch(() => {
      throw new Error(`testssl said nothing: ${output}`);
    }),
  );
  await rm(file);
  const seen: Seen = {};
  for (const { id, finding } of findings) {
    const question = TESTSSL[id];
    if (question && /offered|VULNERABLE|not vulnerable/i.test(finding))
      seen[question] = !/not offered|not vulnerable/i.test(finding);
  }
  // Its category of DES holds RC4 too.
  if (seen.rc4) delete seen.des;
  return seen;
}

/** What a program wrote, whatever it ended with. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 120_000 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
    child.stdin?.end();
  });
}
