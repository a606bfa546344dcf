import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificates } from './certificates.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { MECHANISMS, type Ports, type Variant } from './variant.ts';

export interface PostfixListener {
  readonly ports: Ports;
  /** A Dovecot's auth socket. */
  readonly sasl: string;
  readonly variant?: Variant;
}

export interface PostfixOptions {
  readonly folder: string;
  /** An address of this computer; default 127.0.0.1. */
  readonly address?: string;
  readonly certificates: Certificates;
  readonly listeners: readonly PostfixListener[];
  /** A port without login, for Dovecot to relay to. */
  readonly relay: number;
}

/** Postfix as a submission server; the settings of a variant are parameters of smtpd(8), `name = value`. */
export async function startPostfix(options: PostfixOptions): Promise<Daemon> {
  const { folder, listeners, relay, address } = options;
  const etc = join(folder, 'etc');
  for (const name of ['etc', 'queue', 'data']) await mkdir(join(folder, name), { recursive: true });
  await promisify(execFile)('chown', ['postfix', join(folder, 'data')]);
  await writeFile(join(etc, 'main.cf'), mainCf(options));
  await writeFile(join(etc, 'master.cf'), masterCf(options));
  return startDaemon({
    start: ['postfix', '-c', etc, 'start-fg'],
    stop: ['postfix', '-c', etc, 'stop'],
    ports: [relay, ...listeners.flatMap(({ ports }) => [ports.tls, ports.starttls])],
    address,
    logFile: join(folder, 'log'),
  });
}

/** No DNS, no local delivery, no syslog: whatever is accepted is thrown away. */
function mainCf({ folder, address = '127.0.0.1' }: PostfixOptions): string {
  return `
compatibility_level = 3.7
queue_directory = ${folder}/queue
data_directory = ${folder}/data
meta_directory = /etc/postfix
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
myhostname = localhost
inet_interfaces = ${address}
inet_protocols = ipv4
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
default_transport = discard
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_event_limit_exceptions =
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
`;
}

/** Columns: service, type, private, unprivileged, chroot, wake-up, process limit, command; nothing in a chroot. */
function masterCf(options: PostfixOptions): string {
  const { address = '127.0.0.1', relay, listeners } = options;
  return `
${listeners.map((listener) => smtpd(options, listener)).join('')}
${address}:${relay} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=no -o smtpd_relay_restrictions=permit_mynetworks,reject
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
discard unix - - n - - discard
`;
}

function smtpd(
  { address = '127.0.0.1', certificates }: PostfixOptions,
  { ports, sasl, variant = {} }: PostfixListener,
): string {
  const { mechanisms = MECHANISMS, certificate = 'trusted', settings = [] } = variant;
  const { folder } = certificates;
  const common = [
    `smtpd_tls_chain_files = ${folder}/${certificate}.key, ${folder}/${certificate}.pem`,
    `smtpd_sasl_path = ${sasl}`,
    `smtpd_sasl_mechanism_filter = ${mechanisms.join(' ')}`,
  ];
  const service = (port: number, mode: string) =>
    [
      `${address}:${port} inet n - n - - smtpd`,
      ...[mode, `syslog_name = postfix/${port}`, ...common, ...settings].map((line) => `  -o { ${line} }`),
      '',
    ].join('\n');
  return (
    service(ports.tls, 'smtpd_tls_wrappermode = yes') +
    service(ports.starttls, 'smtpd_tls_security_level = encrypt')
  );
}
