import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Accounts, createAccounts } from './accounts.ts';
import { createCertificates } from './certificates.ts';
import type { Daemon } from './daemon.ts';
import { EXIM } from './exim.ts';
import { OLD_NODE } from './old-openssl.ts';
import { planSites, startSites } from './sites.ts';
import type { Ports } from './variant.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PROGRAMS = [
  '/usr/lib/postfix/sbin/smtpd',
  '/usr/lib/dovecot/submission-login',
  EXIM,
  '/usr/bin/testssl',
  OLD_NODE,
];

/** Where a variant is reached, and the authority to trust there. */
interface Target extends Ports {
  readonly ca: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    interop: {
      /** Each variant of each server, by `server: variant`. */
      readonly targets: Readonly<Record<string, Target>>;
      readonly accounts: Accounts;
      /** Holds each server's logs and, in them, what the server saw of the logins. */
      readonly folder: string;
    };
  }
}

/** Real servers for the whole run: Postfix with Dovecot's SASL, Dovecot submission, and Exim, each in many variants. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  requirePrograms();
  // Servers run their parts as other users, and a socket's path may have no more than 107 characters.
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-interop-'));
  await chmod(folder, 0o755);
  const running: Daemon[] = [];
  const forget = cleanUpOnExit(folder);
  const teardown = async () => {
    await Promise.all(running.splice(0).map((daemon) => daemon.stop()));
    await rm(folder, { recursive: true, force: true });
    forget();
  };
  try {
    await startServers(project, folder, running);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

/** vitest skips the teardown when a signal ends it, and turns none into an exit before its tests run. */
function cleanUpOnExit(folder: string): () => void {
  const exit = () => process.exit(1);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  // Not `once`: without a handler a second signal would end the clean-up half-way.
  for (const signal of SIGNALS) process.on(signal, exit);
  return () => {
    process.off('exit', remove);
    for (const signal of SIGNALS) process.off(signal, exit);
  };
}

async function startServers(project: TestProject, folder: string, running: Daemon[]): Promise<void> {
  const certificates = await createCertificates(join(folder, 'certificates'));
  const accounts = createAccounts();
  const { sites, relay } = await planSites(folder);
  const started = await Promise.allSettled(startSites(sites, { folder, relay, certificates, accounts }));
  for (const result of started) if (result.status === 'fulfilled') running.push(result.value);
  for (const result of started) if (result.status === 'rejected') throw result.reason;
  const targets = sites.map(({ server, name, ports, variant: { certificate = 'trusted' } }) => {
    return [`${server}: ${name}`, { ...ports, ca: certificates.authorities[certificate] }];
  });
  project.provide('interop', { targets: Object.fromEntries(targets), accounts, folder });
}

function requirePrograms(): void {
  if (PROGRAMS.every((file) => existsSync(file)) && process.getuid?.() === 0) return;
  throw new Error(
    'the interop tests start Postfix, Dovecot and Exim: they need root, x86-64 and, once, test/interop/install',
  );
}
