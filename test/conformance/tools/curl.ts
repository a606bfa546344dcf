import { claimOfCurl } from '../claims.ts';
import { PASSWORD, PATIENCE_MS, run, type Tool, USERNAME, versionOf } from './tool.ts';

/** NOOP, so that there is something to do after the login other than to send mail. */
export const curl: Tool = {
  name: 'curl',
  version: () => versionOf('curl', /^curl (\S+)/),
  claim: async ({ host, port, security, caFile }) => {
    const { exitCode } = await run('curl', [
      ...['--silent', '--max-time', String(PATIENCE_MS / 1000), '--request', 'NOOP'],
      ...['--ssl-reqd', '--cacert', caFile, '--user', `${USERNAME}:${PASSWORD}`],
      `${security === 'tls' ? 'smtps' : 'smtp'}://${host}:${port}`,
    ]);
    return claimOfCurl(exitCode);
  },
};
