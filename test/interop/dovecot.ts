import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Accounts } from './accounts.ts';
import type { Certificates } from './certificates.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { MECHANISMS, type Ports, type Variant } from './variant.ts';

export interface DovecotOptions {
  readonly folder: string;
  /** An address of this computer; default 127.0.0.1. */
  readonly address?: string;
  readonly ports: Ports;
  /** The port of a mail server to hand all mail to; a login needs it for a clean QUIT. */
  readonly relay: number;
  readonly certificates: Certificates;
  readonly accounts: Accounts;
  readonly variant?: Variant;
}

/** The socket on which the Dovecot of `folder` answers for Postfix and Exim. */
export function authSocket(folder: string): string {
  return join(folder, 'run/sasl');
}

/** Dovecot's submission service, and SASL for other servers, with nothing of the machine's own configuration. */
export async function startDovecot(options: DovecotOptions): Promise<Daemon> {
  const { folder, ports, address } = options;
  await writeAccounts(folder, options.accounts);
  const configuration = join(folder, 'dovecot.conf');
  await writeFile(configuration, dovecotConf(options));
  return startDaemon({
    start: ['dovecot', '-F', '-c', configuration],
    ports: [ports.tls, ports.starttls],
    address,
    logFile: join(folder, 'log'),
  });
}

/** `closed` and `elsewhere` are shut by an attribute, `denied` by a list; each has the right password. */
async function writeAccounts(
  folder: string,
  { username, password, unusual, tokenKey }: Accounts,
): Promise<void> {
  const keys = join(folder, 'keys/default/HS256');
  await mkdir(keys, { recursive: true });
  await mkdir(join(folder, 'mail'));
  // Dovecot opens the mailbox as `nobody` before it says 235.
  await chmod(join(folder, 'mail'), 0o777);
  const line = (name: string, secret: string, attribute = '') =>
    `${name}:{PLAIN.b64}${Buffer.from(secret).toString('base64')}::::::${attribute}\n`;
  const users = [
    line(username, password),
    line(unusual.username, unusual.password),
    line('closed', password, 'nologin'),
    line('elsewhere', password, 'allow_nets=192.0.2.0/24'),
    line('denied', password),
  ];
  await writeFile(join(folder, 'users'), users.join(''), { mode: 0o644 });
  await writeFile(join(folder, 'denied'), 'denied:\n');
  await writeFile(join(keys, 'default'), Buffer.from(tokenKey).toString('base64'));
  await writeFile(
    join(folder, 'oauth2.conf'),
    `introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=${folder}/keys/\nusername_attribute = sub\n`,
  );
}

/** A wrong password must neither be answered late nor slow down the next login from the same address. */
function dovecotConf({
  folder,
  address = '127.0.0.1',
  ports,
  relay,
  certificates,
  variant = {},
}: DovecotOptions): string {
  const { mechanisms = MECHANISMS, certificate = 'trusted', settings = [] } = variant;
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
listen = ${address}
hostname = localhost
mail_location = maildir:${folder}/mail
protocols = submission
ssl = required
ssl_cert = <${certificates.folder}/${certificate}.pem
ssl_key = <${certificates.folder}/${certificate}.key
ssl_ca = <${certificates.folder}/trusted.pem
auth_mechanisms = ${mechanisms.join(' ').toLowerCase()}
auth_failure_delay = 0
submission_relay_host = ${address}
submission_relay_port = ${relay}
passdb {
  driver = passwd-file
  args = ${folder}/denied
  deny = yes
}
passdb {
  driver = passwd-file
  args = ${folder}/users
  mechanisms = plain login cram-md5 scram-sha-256
}
passdb {
  driver = oauth2
  args = ${folder}/oauth2.conf
  mechanisms = xoauth2 oauthbearer
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener sasl {
    mode = 0666
  }
}
service submission-login {
  inet_listener submission {
    port = ${ports.starttls}
  }
  inet_listener submissions {
    port = ${ports.tls}
    ssl = yes
  }
}
${settings.join('\n')}
`;
}
