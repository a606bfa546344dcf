import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Leaf } from '../../infra/sandbox/certificates.ts';
import { type Daemon, startDaemon } from './daemon.ts';

export interface PostfixOptions {
  readonly dir: string;
  readonly leaf: Leaf;
  /** A Dovecot's auth socket. */
  readonly sasl: string;
  readonly ports: { readonly tls: number; readonly starttls: number; readonly relay: number };
}

/** Postfix as a submission server on two ports, and a third one without login for Dovecot to relay to. */
export async function startPostfix({ dir, leaf, sasl, ports }: PostfixOptions): Promise<Daemon> {
  const etc = join(dir, 'etc');
  for (const name of ['etc', 'queue', 'data']) await mkdir(join(dir, name), { recursive: true });
  await promisify(execFile)('chown', ['postfix', join(dir, 'data')]);
  await writeFile(join(etc, 'chain.pem'), `${leaf.key}\n${leaf.cert}`, { mode: 0o600 });
  await writeFile(join(etc, 'main.cf'), mainCf(dir, sasl));
  await writeFile(join(etc, 'master.cf'), masterCf(ports));
  return startDaemon({
    start: ['postfix', '-c', etc, 'start-fg'],
    stop: ['postfix', '-c', etc, 'stop'],
    ports: Object.values(ports),
    logFile: join(dir, 'log'),
  });
}

/** No DNS, no local delivery, no syslog: whatever is accepted is thrown away. */
function mainCf(dir: string, sasl: string): string {
  return `
compatibility_level = 3.7
queue_directory = ${dir}/queue
data_directory = ${dir}/data
meta_directory = /etc/postfix
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${dir}/log
maillog_file_prefixes = ${dir}
myhostname = localhost
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
default_transport = discard
smtpd_peername_lookup = no
smtpd_tls_chain_files = ${dir}/etc/chain.pem
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${sasl}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
`;
}

/** Columns: service, type, private, unprivileged, chroot, wake-up, process limit, command; nothing in a chroot. */
function masterCf({ tls, starttls, relay }: PostfixOptions['ports']): string {
  return `
127.0.0.1:${tls} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
127.0.0.1:${starttls} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes
127.0.0.1:${relay} inet n - n - - smtpd
  -o smtpd_relay_restrictions=permit_mynetworks,reject
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
