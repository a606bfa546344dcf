import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthMethod } from '../../functions/secrets/credential.ts';
import type { Accounts } from './accounts.ts';
import type { Certificates } from './certificates.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { MECHANISMS, type Ports, type Variant } from './variant.ts';

/** Where ./install unpacks it: as packages Exim and Postfix exclude each other. */
export const EXIM = '/var/cache/keyturn/exim4/usr/sbin/exim4';
const NOBODY = 65_534;

export interface EximOptions {
  readonly folder: string;
  /** An address of this computer; default 127.0.0.1. */
  readonly address?: string;
  readonly ports: Ports;
  /** A Dovecot's auth socket, for the mechanisms that Debian's Exim does not have itself. */
  readonly sasl: string;
  readonly certificates: Certificates;
  readonly accounts: Accounts;
  readonly variant?: Variant;
}

/** Exim as a submission server; the settings of a variant are lines of its main section, or an ACL after them. */
export async function startExim(options: EximOptions): Promise<Daemon> {
  const { folder, ports, address } = options;
  await mkdir(join(folder, 'spool'), { recursive: true });
  for (const path of [folder, join(folder, 'spool')]) await chown(path, NOBODY, NOBODY);
  const configuration = join(folder, 'exim.conf');
  await writeFile(configuration, eximConf(options));
  await writeFile(join(folder, 'users'), users(options.accounts));
  return startDaemon({
    start: [EXIM, '-bdf', '-C', configuration],
    env: await eximUser(folder),
    ports: [ports.tls, ports.starttls],
    address,
    logFile: join(folder, 'mainlog'),
  });
}

/** Debian's Exim runs as the user `Debian-exim`, whom only its package makes: here it is another name of `nobody`. */
async function eximUser(folder: string): Promise<Record<string, string>> {
  const [passwd, group] = [join(folder, 'passwd'), join(folder, 'group')];
  const user = `Debian-exim:x:${NOBODY}:${NOBODY}::/nonexistent:/usr/sbin/nologin\n`;
  await writeFile(passwd, (await readFile('/etc/passwd', 'utf8')) + user);
  await writeFile(group, `${await readFile('/etc/group', 'utf8')}Debian-exim:x:${NOBODY}:\n`);
  return { LD_PRELOAD: 'libnss_wrapper.so', NSS_WRAPPER_PASSWD: passwd, NSS_WRAPPER_GROUP: group };
}

function users({ username, password, unusual }: Accounts): string {
  return `${username}: ${password}\n${unusual.username}: ${unusual.password}\n`;
}

/** A connection counts for a while after its end; 20, the default, is two surveys of its TLS in a second. */
function eximConf({
  folder,
  address = '127.0.0.1',
  ports,
  sasl,
  certificates,
  variant = {},
}: EximOptions): string {
  const { mechanisms = MECHANISMS, certificate = 'trusted', settings = [] } = variant;
  const main = `
USERS = ${folder}/users
SASL = ${sasl}
primary_hostname = localhost
keep_environment =
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/pid
local_interfaces = ${address}
daemon_smtp_ports = ${ports.tls} : ${ports.starttls}
tls_on_connect_ports = ${ports.tls}
tls_certificate = ${certificates.folder}/${certificate}.pem
tls_privatekey = ${certificates.folder}/${certificate}.key
tls_advertise_hosts = *
auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}
host_lookup =
helo_lookup_domains =
smtp_accept_max = 200
log_selector = +smtp_connection +smtp_protocol_error +smtp_syntax_error
`;
  return `
${overridden(main, settings)}
${settings.join('\n')}
begin authenticators
${mechanisms.map(authenticator).join('\n')}
`;
}

/** Exim takes no option twice. */
function overridden(main: string, settings: readonly string[]): string {
  const name = (line: string) => line.split('=')[0]?.trim();
  const set = new Set(settings.map(name));
  return main
    .split('\n')
    .filter((line) => !set.has(name(line)))
    .join('\n');
}

const password = (user: string) => `\${lookup{${user}}lsearch{USERS}{$value}fail}`;

const OWN_DRIVERS: Partial<Record<AuthMethod, string>> = {
  PLAIN: `driver = plaintext
  server_prompts = :
  server_condition = \${if eq{$auth3}{${password('$auth2')}}}`,
  LOGIN: `driver = plaintext
  server_prompts = <; Username: ; Password:
  server_condition = \${if eq{$auth2}{${password('$auth1')}}}`,
  'CRAM-MD5': `driver = cram_md5
  server_secret = ${password('$auth1')}`,
};

function authenticator(mechanism: AuthMethod): string {
  return `${mechanism.toLowerCase().replaceAll('-', '_')}:
  public_name = ${mechanism}
  ${OWN_DRIVERS[mechanism] ?? 'driver = dovecot\n  server_socket = SASL'}`;
}
