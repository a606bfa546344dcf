import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Daemon, freePorts, startDaemon } from './daemon.ts';

/** Under this name in the folder of the servers. */
const DH_1024 = 'dh1024.pem';

/** What only `openssl s_server` can be made to speak, by its options; TLS from the first byte and no SMTP behind it. */
export const ODD_SERVERS: Readonly<Record<string, readonly string[]>> = {
  'no encryption': ['-tls1_2', '-cipher', 'eNULL:@SECLEVEL=0'],
  'no authentication': ['-tls1_2', '-cipher', 'aNULL:@SECLEVEL=0'],
  'TLS 1.0 alone': ['-tls1', '-cipher', 'ALL:@SECLEVEL=0'],
  'TLS 1.1 alone': ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'],
  'TLS 1.2 alone, with CBC and static keys only': ['-tls1_2', '-cipher', 'kRSA+AES+SHA:@SECLEVEL=0'],
  'TLS 1.3 alone': ['-tls1_3'],
  'TLS 1.3 with a group that has to be asked for': ['-tls1_3', '-groups', 'P-521'],
  'DHE alone': ['-tls1_2', '-cipher', 'kDHE:@SECLEVEL=0'],
  'DHE of 1024 bits': ['-tls1_2', '-cipher', 'kDHE:@SECLEVEL=0', '-dhparam', DH_1024],
};

/** testssl.sh looks first whether OpenSSL, as Debian sets it up, can connect, and gives up where it cannot. */
export const BEYOND_TESTSSL: readonly string[] = [
  'no encryption',
  'no authentication',
  'TLS 1.0 alone',
  'TLS 1.1 alone',
  'DHE of 1024 bits',
];

export interface OddServer {
  readonly name: string;
  readonly port: number;
  readonly daemon: Daemon;
}

/** Each on a port of its own, with an RSA certificate: half of the old suites know no other key. */
export async function startOddServers(folder: string): Promise<readonly OddServer[]> {
  const [key, cert] = [join(folder, 'rsa.key'), join(folder, 'rsa.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'];
  await promisify(execFile)('openssl', [...request, '-keyout', key, '-out', cert]);
  await promisify(execFile)('openssl', ['dhparam', '-out', join(folder, DH_1024), '1024']);
  const odd = Object.entries(ODD_SERVERS);
  const ports = await freePorts(odd.length);
  return Promise.all(
    odd.map(async ([name, options], index) => {
      const port = ports[index] ?? 0;
      const where = ['-accept', `127.0.0.1:${port}`, '-cert', cert, '-key', key, '-quiet', '-www'];
      const start = [
        'openssl',
        's_server',
        ...where,
        ...options.map((option) => (option === DH_1024 ? join(folder, option) : option)),
      ] as const;
      const daemon = await startDaemon({ start, ports: [port], logFile: join(folder, 'openssl') });
      return { name, port, daemon };
    }),
  );
}
