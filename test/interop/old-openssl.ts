import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CipherClass, TlsVersion } from '../../functions/smtp/probe/facts.ts';
import { freePorts, startDaemon } from './daemon.ts';
import type { OddServer } from './openssl-server.ts';

/** Node.js 0.12.0 with its OpenSSL 1.0.1, where ./install puts it. */
export const OLD_NODE = '/var/cache/keyturn/openssl-1.0.1/bin/node';

interface OldServer {
  /** In OpenSSL's words. */
  readonly ciphers: string;
  readonly protocol?: 'SSLv3_method';
  /** OpenSSL takes an RSA key of 512 bits for an export suite as it is, and any other only with a second key. */
  readonly bits: 512 | 2048;
  /** All that the survey has to find there, of what libraries of today cannot offer. */
  readonly found: readonly (TlsVersion | CipherClass)[];
}

/** What only an OpenSSL of 2015 serves; TLS from the first byte and no SMTP behind it. */
export const OLD_SERVERS: Readonly<Record<string, OldServer>> = {
  'SSL 3.0 alone': { ciphers: 'AES128-SHA', protocol: 'SSLv3_method', bits: 2048, found: ['SSLv3'] },
  'export suites': { ciphers: 'EXP-DES-CBC-SHA:AES128-SHA', bits: 512, found: ['SSLv3', 'export'] },
  'single DES': { ciphers: 'DES-CBC-SHA:AES128-SHA', bits: 2048, found: ['SSLv3', 'des'] },
  SEED: { ciphers: 'SEED-SHA:AES128-SHA', bits: 2048, found: ['SSLv3', 'seed-idea'] },
  IDEA: { ciphers: 'IDEA-CBC-SHA:AES128-SHA', bits: 2048, found: ['SSLv3', 'seed-idea'] },
  'RC4 and 3DES': { ciphers: 'RC4-SHA:DES-CBC3-SHA:AES128-SHA', bits: 2048, found: ['SSLv3', 'rc4', '3des'] },
};

/** The other tools cannot say it: OpenSSL of today has no SSL 3.0, and testssl.sh asks for IDEA and 3DES in one. */
export const BEYOND_THE_TOOLS: readonly string[] = ['SSL 3.0 alone', 'IDEA'];

const SERVE = `
var fs = require('fs'), tls = require('tls'), args = process.argv;
var options = { key: fs.readFileSync(args[1]), cert: fs.readFileSync(args[2]), ciphers: args[4] };
if (args[5]) options.secureProtocol = args[5];
tls.createServer(options, function (socket) { socket.on('error', function () {}); socket.end(); })
  .on('clientError', function () {}).listen(Number(args[3]), '127.0.0.1');
`;

export async function startOldServers(folder: string): Promise<readonly OddServer[]> {
  for (const bits of [512, 2048]) {
    const request = ['req', '-x509', '-newkey', `rsa:${bits}`, '-nodes', '-subj', '/CN=localhost'];
    await promisify(execFile)('openssl', [
      ...request,
      '-keyout',
      keyFile(folder, bits),
      '-out',
      certificateFile(folder, bits),
    ]);
  }
  const old = Object.entries(OLD_SERVERS);
  const ports = await freePorts(old.length);
  return Promise.all(
    old.map(async ([name, { ciphers, protocol = '', bits }], index) => {
      const port = ports[index] ?? 0;
      const files = [keyFile(folder, bits), certificateFile(folder, bits)] as const;
      const start = [
        OLD_NODE,
        '--enable-ssl3',
        '-e',
        SERVE,
        ...files,
        String(port),
        ciphers,
        protocol,
      ] as const;
      const daemon = await startDaemon({ start, ports: [port], logFile: join(folder, 'old-openssl') });
      return { name, port, daemon };
    }),
  );
}

const keyFile = (folder: string, bits: number) => join(folder, `old-${bits}.key`);
const certificateFile = (folder: string, bits: number) => join(folder, `old-${bits}.pem`);
