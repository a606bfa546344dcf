import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Network } from '../../../../functions/net/network.ts';
import { failureIn } from '../../../../functions/providers/sql/database.ts';
import { PasswordTable, type SqlAdmin, type SqlDeps } from '../../../../functions/providers/sql.ts';

import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { adminOf } from '../../../support/providers/admin-of.ts';
import { listen } from '../../../support/smtp-servers.ts';

const ADMIN = { username: 'keyturn', password: 'the-password-of-the-administrator' };
const HURRIED_MS = 400;
/** MySQL protocol 10 without CLIENT_SSL, `mysql_native_password`: page_protocol_connection_phase_packets_protocol_handshake_v10. */
const MYSQL_WITHOUT_TLS = Buffer.from(
  '4a0000000a382e302e31310001000000414141414141414100fff7080200ff811500000000000000000000414141414141414141414141006d7973716c5f6e61746976655f70617373776f726400',
  'hex',
);

const open: net.Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((closed) => server.close(closed))));
});

/** A server that says this to who connects, and to each thing that is said to it; what it heard comes back. */
async function serverThatSays(greeting: Buffer | null, answer: Buffer | null) {
  const heard: Buffer[] = [];
  const server = net.createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (data) => {
        heard.push(data);
        if (answer) socket.write(answer);
      });
    if (greeting) socket.write(greeting);
  });
  open.push(server);
  const port = await listen(server);
  return { port, heard: () => Buffer.concat(heard).toString('latin1') };
}

function admin(dialect: SqlAdmin['dialect'], port: number): SqlAdmin {
  const columns = { table: 'users', loginColumn: 'login', passwordColumn: 'password' };
  const place = { dialect, host: 'localhost', port, database: 'mail', ...columns };
  return { type: 'sql', ...ADMIN, ...place, logins: ['orders'] };
}

function table(dialect: SqlAdmin['dialect'], port: number, changes: Partial<SqlDeps> = {}): PasswordTable {
  return new PasswordTable(
    { type: 'sql', logins: ['orders'], adminSecretId: 'keyturn/database' },
    {
      readAdmin: adminOf(admin(dialect, port)),
      network: loopbackNetwork({ port }),
      randomBytes,
      longestCallMs: HURRIED_MS,
      ...changes,
    },
  );
}

const setting = (one: PasswordTable) => one.set('orders', new Redacted('new-password'));

describe.each(['postgresql', 'mysql'] as const)('a password table in %s', (dialect) => {
  test('a server without TLS is refused, and hears neither the administrator nor the password', async () => {
    const server =
      dialect === 'postgresql'
        ? await serverThatSays(null, Buffer.from('N'))
        : await serverThatSays(MYSQL_WITHOUT_TLS, null);
    await expect(setting(table(dialect, server.port))).rejects.toMatchObject({ reason: 'refused' });
    expect(server.heard()).not.toMatch(/keyturn|new-password|administrator/);
  });

  test('a server that says nothing is given up in time', async () => {
    const server = await serverThatSays(null, null);
    await expect(setting(table(dialect, server.port))).rejects.toMatchObject({ reason: 'unavailable' });
  });

  test('nobody who listens is unavailable', async () => {
    const { port } = await serverThatSays(null, null);
    await new Promise((closed) => open.pop()?.close(closed));
    await expect(setting(table(dialect, port))).rejects.toMatchObject({ reason: 'unavailable' });
  });

  test('an address or a port that the network settings do not allow is refused, and not dialled', async () => {
    const server = await serverThatSays(null, null);
    for (const policy of [
      { ports: [server.port], networks: [] },
      { ports: [], networks: ['127.0.0.0/8', '::1/128'] },
    ]) {
      const network = new Network(policy);
      await expect(setting(table(dialect, server.port, { network }))).rejects.toMatchObject({
        reason: 'refused',
      });
    }
    expect(server.heard()).toBe('');
  });

  test.each([
    ['lacks the password', { ...admin(dialect, 1), password: undefined }, /expected .* at \$\.password/],
    ['lacks the host', { ...admin(dialect, 1), host: undefined }, /expected .* at \$\.host/],
    ['is of another provider', { ...admin(dialect, 1), type: 'mailgun' }, /expected "sql".* at \$\.type/],
    ['is no object', 'text', /at \$/],
  ])('an admin secret that %s is named, and nothing is dialled', async (_what, value, message) => {
    await expect(setting(table(dialect, 1, { readAdmin: adminOf(value) }))).rejects.toThrow(message);
  });
});

const coded = (code: string) => Object.assign(new Error('new-password'), { code });

test.each([
  ['log in', '28P01', 'unauthorized'],
  ['log in', 'ER_ACCESS_DENIED_ERROR', 'unauthorized'],
  ['log in', '3D000', 'refused'],
  ['log in', '53300', 'unavailable'],
  ['log in', 'ER_CON_COUNT_ERROR', 'unavailable'],
  ['log in', 'ECONNRESET', 'unavailable'],
  ['log in', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'refused'],
  ['update', '42501', 'unauthorized'],
  ['update', 'ER_COLUMNACCESS_DENIED_ERROR', 'unauthorized'],
  ['update', '42P01', 'refused'],
  ['update', 'ER_BAD_FIELD_ERROR', 'refused'],
  ['update', '55P03', 'unavailable'],
  ['update', '40P01', 'unavailable'],
  ['update', 'ER_LOCK_WAIT_TIMEOUT', 'unavailable'],
  ['update', 'ECONNRESET', 'ambiguous'],
  ['update', 'EPIPE', 'ambiguous'],
  ['update', 'PROTOCOL_CONNECTION_LOST', 'ambiguous'],
  ['commit', 'ECONNRESET', 'ambiguous'],
  ['commit', '57P01', 'ambiguous'],
] as const)('asked to %s, %s means %s, and the error says no value', (phase, code, reason) => {
  const failure = failureIn(phase, coded(code));
  expect(failure).toMatchObject({ reason, message: expect.stringContaining(code) });
  expect(failure.message).not.toContain('new-password');
});
