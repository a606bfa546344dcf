import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Child, Children } from '../processes.ts';

const SERVER = fileURLToPath(new URL('ministack_server.py', import.meta.url));
const LISTENING = /^listening on (\d+)$/;

export interface MiniStackOptions {
  readonly python: string;
  /** Everything it writes goes here; the owner removes it. */
  readonly folder: string;
  /** Where the deployed functions send their AWS calls: the gateway in front of MiniStack. */
  readonly endpointUrl: string;
  readonly account: string;
}

/**
 * Starts MiniStack on a free port of 127.0.0.1 and resolves to its URL. It checks signatures and enforces IAM policies
 * (AUTH), and runs the functions with the Node of this process.
 */
export async function startMiniStack(children: Children, options: MiniStackOptions): Promise<string> {
  const { promise: listening, resolve } = Promise.withResolvers<number>();
  const child = children.start(options.python, ['-uB', SERVER], {
    cwd: options.folder,
    env: environment(options),
    onLine: (line) => {
      const [, port] = LISTENING.exec(line) ?? [];
      if (port) resolve(Number(port));
    },
  });
  const port = await Promise.race([listening, died(child)]);
  return `http://127.0.0.1:${port}`;
}

async function died(child: Child): Promise<never> {
  const code = await child.ended;
  throw new Error(`The local AWS ended (exit code ${code}) before it was ready:\n${child.tail()}`);
}

/** The functions inherit this environment, so nothing of the user's own may be in it. */
function environment({ folder, endpointUrl, account }: MiniStackOptions) {
  return {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    STATE_DIR: join(folder, 'state'),
    S3_DATA_DIR: join(folder, 's3'),
    AWS_ENDPOINT_URL: endpointUrl,
    MINISTACK_ACCOUNT_ID: account,
    AUTH: 'true',
    LOG_LEVEL: 'WARNING',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
  };
}
