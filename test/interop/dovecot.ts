import { createHash } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leaf } from '../../infra/sandbox/certificates.ts';
import { type Daemon, startDaemon } from './daemon.ts';

export interface DovecotOptions {
  readonly dir: string;
  readonly leaf: Leaf;
  readonly user: { readonly name: string; readonly password: string };
  readonly ports: { readonly tls: number; readonly starttls: number; readonly relay: number };
}

/** The socket on which this Dovecot answers for Postfix. */
export function authSocket(dir: string): string {
  return join(dir, 'run/postfix-auth');
}

/** Dovecot's submission service, and the SASL service for Postfix, with nothing of the machine's own configuration. */
export async function startDovecot({ dir, leaf, user, ports }: DovecotOptions): Promise<Daemon> {
  const file = (name: string) => join(dir, name);
  await mkdir(file('mail'), { recursive: true });
  // Dovecot opens the mailbox as `nobody` before it says 235.
  await chmod(file('mail'), 0o777);
  await writeFile(file('cert.pem'), leaf.cert);
  await writeFile(file('key.pem'), leaf.key, { mode: 0o600 });
  const hash = createHash('sha512').update(user.password).digest('hex');
  await writeFile(file('users'), `${user.name}:{SHA512.HEX}${hash}\n`);
  await writeFile(file('dovecot.conf'), configuration(dir, ports));
  return startDaemon({
    start: ['dovecot', '-F', '-c', file('dovecot.conf')],
    stop: ['doveadm', '-c', file('dovecot.conf'), 'stop'],
    ports: [ports.tls, ports.starttls],
    logFile: file('log'),
  });
}

/** A wrong password must neither be answered late nor slow down the next login from the same address. */
function configuration(dir: string, ports: DovecotOptions['ports']): string {
  return `
base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/log
listen = 127.0.0.1
hostname = localhost
mail_location = maildir:${dir}/mail
protocols = submission
ssl = required
ssl_cert = <${dir}/cert.pem
ssl_key = <${dir}/key.pem
auth_mechanisms = plain login
auth_failure_delay = 0
submission_relay_host = 127.0.0.1
submission_relay_port = ${ports.relay}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${dir}
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener postfix-auth {
    user = postfix
    mode = 0600
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
`;
}
