import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Daemon, startDaemon } from '../daemon.ts';
import type { ServerOptions } from './server.ts';

export interface DovecotOptions extends Pick<ServerOptions, 'folder' | 'leaf'> {
  readonly driver: 'pgsql' | 'mysql';
  readonly connect: string;
  readonly port: number;
  /** The port of a mail server to hand all mail to; a login needs it. */
  readonly relay: number;
}

/** Dovecot's submission service, with its passwords in a database and no cache of them, which is the default. */
export async function startDovecot(options: DovecotOptions): Promise<Daemon> {
  const { folder, leaf, port } = options;
  const file = (name: string) => join(folder, name);
  await mkdir(file('mail'), { recursive: true });
  // Dovecot opens the mailbox as `nobody` before it says 235.
  await chmod(file('mail'), 0o777);
  await writeFile(file('cert.pem'), leaf.cert);
  await writeFile(file('key.pem'), leaf.key, { mode: 0o600 });
  await writeFile(file('sql.conf'), sqlConf(options));
  await writeFile(file('dovecot.conf'), dovecotConf(options));
  return startDaemon({
    start: ['dovecot', '-F', '-c', file('dovecot.conf')],
    stop: ['doveadm', '-c', file('dovecot.conf'), 'stop'],
    ports: [port],
    logFile: file('log'),
  });
}

function sqlConf({ driver, connect }: DovecotOptions): string {
  return `
driver = ${driver}
connect = ${connect}
password_query = SELECT login AS user, password FROM users WHERE login = '%u'
`;
}

/** A wrong password must neither be answered late nor slow down the next login from the same address. */
function dovecotConf({ folder, port, relay }: DovecotOptions): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
listen = 127.0.0.1
hostname = localhost
mail_location = maildir:${folder}/mail
protocols = submission
ssl = required
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
auth_mechanisms = plain login scram-sha-256
auth_failure_delay = 0
submission_relay_host = 127.0.0.1
submission_relay_port = ${relay}
passdb {
  driver = sql
  args = ${folder}/sql.conf
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
service submission-login {
  inet_listener submission {
    port = 0
  }
  inet_listener submissions {
    port = ${port}
    ssl = yes
  }
}
`;
}
