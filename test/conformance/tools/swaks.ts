import { claimOfSwaks } from '../claims.ts';
import { PASSWORD, PATIENCE_MS, run, type Tool, USERNAME, versionOf } from './tool.ts';

/** Certificates are checked only on request, so it is requested. */
export const swaks: Tool = {
  name: 'swaks',
  version: () => versionOf('swaks', /version (\S+)/),
  claim: async ({ host, port, security, caFile }) => {
    const tls = security === 'tls' ? '--tls-on-connect' : '--tls';
    const { exitCode } = await run('swaks', [
      ...['--server', host, '--port', String(port), '--timeout', `${PATIENCE_MS / 1000}s`],
      ...[tls, '--tls-verify', '--tls-ca-path', caFile],
      ...['--auth', '--auth-user', USERNAME, '--auth-password', PASSWORD, '--quit-after', 'AUTH'],
      ...['--from', 'ada@example.com', '--to', 'ada@example.com', '--silent', '3'],
    ]);
    return claimOfSwaks(exitCode);
  },
};
