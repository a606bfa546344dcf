import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createAuthority } from '../../infra/sandbox/certificates.ts';
import { type Daemon, freePorts } from './daemon.ts';
import { authSocket, startDovecot } from './dovecot.ts';
import { startPostfix } from './postfix.ts';

const PACKAGES = {
  postfix: '/usr/lib/postfix/sbin/smtpd',
  'dovecot-core': '/usr/sbin/dovecot',
  'dovecot-submissiond': '/usr/lib/dovecot/submission-login',
};

export interface Submission {
  readonly server: string;
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls';
}

declare module 'vitest' {
  interface ProvidedContext {
    interop: {
      readonly servers: readonly Submission[];
      readonly ca: string;
      readonly username: string;
      readonly password: string;
    };
  }
}

/** Real servers for the whole run: Postfix (with Dovecot's SASL) and Dovecot submission. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  requirePackages();
  // Postfix runs its parts as another user, and a socket's path may have no more than 107 characters.
  const dir = await mkdtemp(join(tmpdir(), 'keyturn-interop-'));
  await chmod(dir, 0o755);
  const running: Daemon[] = [];
  const forget = cleanUpOnExit(dir);
  const teardown = async () => {
    for (const daemon of running.splice(0).toReversed()) await daemon.stop();
    await rm(dir, { recursive: true, force: true });
    forget();
  };
  try {
    await startServers(project, dir, running);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

/** vitest skips the teardown when a signal ends it, and does not turn SIGTERM and SIGHUP into an exit. */
function cleanUpOnExit(dir: string): () => void {
  const exit = () => process.exit(1);
  const remove = () => rmSync(dir, { recursive: true, force: true });
  process.once('exit', remove).once('SIGTERM', exit).once('SIGHUP', exit);
  return () => void process.off('exit', remove).off('SIGTERM', exit).off('SIGHUP', exit);
}

async function startServers(project: TestProject, dir: string, running: Daemon[]): Promise<void> {
  const authority = await createAuthority();
  const issued = await authority.issue({ names: ['localhost'] });
  // With the root in the chain a client that does not know it says just that, not that the chain is incomplete.
  const leaf = { ...issued, cert: `${issued.cert}\n${authority.cert}` };
  const user = { name: 'orders', password: randomBytes(24).toString('base64') };
  const { relay, ...ports } = await freePorts(
    'postfixTls',
    'postfixStartTls',
    'dovecotTls',
    'dovecotStartTls',
    'relay',
  );
  const dovecot = { tls: ports.dovecotTls, starttls: ports.dovecotStartTls };
  const postfix = { tls: ports.postfixTls, starttls: ports.postfixStartTls };
  const dovecotDir = join(dir, 'dovecot');
  running.push(await startDovecot({ dir: dovecotDir, leaf, user, ports: { ...dovecot, relay } }));
  const sasl = authSocket(dovecotDir);
  running.push(await startPostfix({ dir: join(dir, 'postfix'), leaf, sasl, ports: { ...postfix, relay } }));
  project.provide('interop', {
    servers: [...endpoints('Postfix', postfix), ...endpoints('Dovecot submission', dovecot)],
    ca: authority.cert,
    username: user.name,
    password: user.password,
  });
}

function endpoints(server: string, ports: { tls: number; starttls: number }): Submission[] {
  return [
    { server, host: 'localhost', port: ports.tls, security: 'tls' },
    { server, host: 'localhost', port: ports.starttls, security: 'starttls' },
  ];
}

function requirePackages(): void {
  const missing = Object.values(PACKAGES).filter((file) => !existsSync(file));
  if (missing.length > 0 || process.getuid?.() !== 0) {
    throw new Error(
      `the interop tests start Postfix and Dovecot and need root and: apt-get install --no-install-recommends ${Object.keys(PACKAGES).join(' ')}`,
    );
  }
}
