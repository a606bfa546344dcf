import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { logIn, portOf, rightSecret } from './attempt.ts';
import { WRONG } from './behaviours/behave.ts';
import { Client } from './client.ts';
import { SECURITIES, SERVERS, type Server } from './servers.ts';
import { MECHANISMS } from './variant.ts';

const { accounts, folder } = inject('interop');
/** The log line of a session that said AUTH and then QUIT. */
const CLEAN_END: Readonly<Record<Server, RegExp>> = {
  Postfix: /auth=(1|0\/1) quit=1 commands/g,
  'Dovecot submission': /Disconnected: Logged out|Aborted login by logging out \(auth failed, 1 attempts/g,
  Exim: /closed by QUIT/g,
};
const UNCLEAN =
  /.*(improper command pipelining|lost connection after (AUTH|EHLO)|unexpected disconnection|unfinished AUTH).*/g;
/** Dovecot takes a client with the server's own address for a secure one. */
const ELSEWHERE = '127.0.0.2';

describe.each(SERVERS)('%s', (server) => {
  const sides = SECURITIES.flatMap((security) =>
    MECHANISMS.map((authMethod) => ({ server, security, authMethod })),
  );
  let before = new Map<string, string>();

  beforeAll(async () => {
    before = await logs();
    for (const side of sides) {
      await logIn({ ...side, password: rightSecret(side.authMethod) });
      await logIn({ ...side, password: WRONG });
    }
  });

  test('sees QUIT after each login, right or wrong, and nothing that a client should not do', async () => {
    const seen = await vi.waitFor(async () => {
      const added = ownLines(server, await logsSince(before));
      expect(added.match(CLEAN_END[server])).toHaveLength(2 * sides.length);
      return added;
    }, 10_000);
    expect(seen.match(UNCLEAN)?.join('\n') ?? '').toBe('');
  });

  test('neither offers nor takes AUTH before STARTTLS', async () => {
    const client = await Client.connect(portOf({ server, security: 'starttls' }), 'starttls', ELSEWHERE);
    const ehlo = await client.ask('EHLO client.test');
    expect(ehlo).toContain('STARTTLS');
    expect(ehlo).not.toContain('AUTH');
    expect(await client.ask('AUTH PLAIN AHUAcA==')).toMatch(/^5\d\d /);
    await client.ask('QUIT');
    client.close();
  });
});

test('no log of any server holds a secret of any login', async () => {
  const { username, password, unusual } = accounts;
  const plain = (name: string, secret: string) => `\0${name}\0${secret}`;
  const secrets = [
    password,
    unusual.password,
    plain(username, password),
    plain(unusual.username, unusual.password),
  ];
  const text = await logsSince(new Map());
  for (const secret of secrets.flatMap((value) => [value, Buffer.from(value).toString('base64')])) {
    expect(text).not.toContain(secret);
  }
  // The beginning of a JSON Web Token, as it is and in base64.
  expect(text).not.toMatch(/eyJhbGci|ZXlKaGJHY2/);
});

/** What each server has written so far. */
async function logs(): Promise<Map<string, string>> {
  const files = await readdir(folder, { recursive: true });
  const wanted = files.filter((file) => /(^|\/)(log|(main|reject|panic)log)$/.test(file));
  const read = async (file: string) => [file, await readFile(join(folder, file), 'utf8')] as const;
  return new Map(await Promise.all(wanted.map(read)));
}

/** Postfix has all of its variants in one log, and ends the sessions of some late: each line names its port. */
function ownLines(server: Server, text: string): string {
  if (server !== 'Postfix') return text;
  const names = SECURITIES.map((security) => `postfix/${portOf({ server, security })}/`);
  const lines = text.split('\n').filter((line) => names.some((name) => line.includes(name)));
  return lines.join('\n');
}

async function logsSince(before: ReadonlyMap<string, string>): Promise<string> {
  const added = [...(await logs())].map(([file, text]) => text.slice(before.get(file)?.length ?? 0));
  return added.join('');
}
