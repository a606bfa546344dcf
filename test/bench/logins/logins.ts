import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Row } from '../rows.ts';
import { costRows } from './cost.ts';
import { latencyRows } from './latency.ts';
import { Network } from './namespaces.ts';
import { bundleClients, startServers } from './processes.ts';

const ROUND_TRIP_MS = 40;
const PROGRAMS = ['ip', 'ethtool', 'python3', 'postfix', 'dovecot'];
const PATH = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** What keeps this computer from running the servers and the delay, or null. */
export function missingForLogins(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'root on Linux';
  const missing = PROGRAMS.filter((program) => !PATH.some((folder) => existsSync(join(folder, program))));
  if (!existsSync('/usr/lib/dovecot/submission-login')) missing.push('dovecot-submissiond');
  return missing.length > 0 ? missing.join(', ') : null;
}

/** Keyturn beside nodemailer and a raw client, against Postfix and Dovecot with a round trip in between. */
export async function loginRows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  await chmod(folder, 0o755);
  const network = new Network();
  try {
    const bundles = join(folder, 'clients');
    bundleClients(bundles);
    await network.connect(ROUND_TRIP_MS);
    const servers = await startServers(network, join(folder, 'servers'));
    try {
      const latency = await latencyRows(network, bundles, servers.targets);
      return [...latency, ...(await costRows(network, bundles, servers.targets))];
    } finally {
      await servers.stop();
    }
  } finally {
    await network.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}
