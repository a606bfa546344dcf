import pLimit from 'p-limit';
import { describe, expect, it, vi } from 'vitest';
import { startBreakingServer } from './breaking-server.ts';
import { openMailing } from './mailing.ts';

const MINUTE = 60_000;
const KINDS = [
  ['tls', false],
  ['tls', true],
  ['starttls', false],
  ['starttls', true],
] as const;

describe.each(KINDS)('a rotating transport over %s, pool %s', (security, pool) => {
  it('reads the secret once for many messages', async () => {
    const mailing = await openMailing(security, { pool });
    for (const subject of ['1', '2', '3']) await mailing.send(subject);
    expect(mailing.arrived()).toEqual(['1', '2', '3']);
    expect(mailing.reads()).toBe(1);
    expect(mailing.server.logins.every(({ secure }) => secure)).toBe(true);
  });

  it('sends a message again, once, with the new login when the old one is refused', async () => {
    const mailing = await openMailing(security, { pool: false });
    await mailing.send('before');
    const next = mailing.issue();
    await mailing.promote(next);
    mailing.revoke(mailing.first);
    await mailing.send('after');
    expect(mailing.arrived()).toEqual(['before', 'after']);
    expect(mailing.server.messages.at(-1)?.username).toBe(next.username);
    expect(mailing.reads()).toBe(2);
    const answers = mailing.server.logins.map(({ answer }) => answer.code);
    expect(answers).toEqual([235, 535, 235]);
  });

  it('loses and doubles no message when the login is rotated three times under 300 concurrent ones', {
    timeout: MINUTE,
  }, async () => {
    const mailing = await openMailing(security, { pool });
    const subjects = Array.from({ length: 300 }, (_, index) => `message ${index}`);
    const limit = pLimit(25);
    let old = mailing.first;
    const sends = subjects.map((subject, index) =>
      limit(async () => {
        if ([75, 150, 225].includes(index)) {
          const next = mailing.issue();
          await mailing.promote(next);
          mailing.revoke(old);
          old = next;
        }
        await mailing.send(subject);
      }),
    );
    await Promise.all(sends);
    expect(mailing.arrived().toSorted()).toEqual(subjects.toSorted());
    // A pool logs in seldom: a connection that stands keeps its login.
    expect(mailing.reads()).toBeLessThanOrEqual(4);
    if (!pool) expect(mailing.reads()).toBe(4);
  });
});

describe('a refused login', () => {
  it.each([false, true])(
    'is read for once, however many messages meet it at once (pool %s)',
    async (pool) => {
      const mailing = await openMailing('tls', { pool });
      await mailing.send('before');
      await mailing.promote(mailing.issue());
      mailing.revoke(mailing.first);
      const subjects = Array.from({ length: 20 }, (_, index) => `${index}`);
      await Promise.all(subjects.map((subject) => mailing.send(subject)));
      expect(mailing.arrived().toSorted()).toEqual([...subjects, 'before'].toSorted());
      expect(mailing.reads()).toBe(2);
    },
  );

  it('does not fail the messages that still wait in the pool of the old login', async () => {
    const { promise: firstArrived, resolve } = Promise.withResolvers<void>();
    let refusals = 0;
    const refuse = async ({ username }: { username: string }) => {
      if (username in mailing.users) return undefined;
      refusals += 1;
      if (refusals > 1) await firstArrived;
      return { code: 535, text: '5.7.8 Authentication credentials invalid' };
    };
    const mailing = await openMailing('tls', { pool: true, onAuth: refuse });
    await mailing.verify();
    await mailing.promote(mailing.issue());
    mailing.revoke(mailing.first);
    // Five connections a pool: the others wait.
    const subjects = Array.from({ length: 10 }, (_, index) => `${index}`);
    const sends = Promise.all(subjects.map((subject) => mailing.send(subject)));
    await vi.waitFor(() => expect(mailing.arrived()).toHaveLength(1));
    resolve();
    await sends;
    expect(mailing.arrived().toSorted()).toEqual(subjects);
  });

  it('is not tried twice when the secret still holds it, and not read for again at once', async () => {
    const mailing = await openMailing();
    mailing.revoke(mailing.first);
    for (const subject of ['1', '2', '3']) {
      await expect(mailing.send(subject)).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    }
    expect(mailing.server.logins).toHaveLength(3);
    // The first use, and the one refresh.
    expect(mailing.reads()).toBe(2);
  });

  it('is followed by one more try, not by two, when the new login is refused too', async () => {
    const mailing = await openMailing();
    await mailing.send('before');
    const next = mailing.issue();
    await mailing.promote(next);
    mailing.revoke(mailing.first);
    mailing.revoke(next);
    await expect(mailing.send('after')).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    expect(mailing.server.logins.map(({ username }) => username)).toEqual([
      mailing.first.username,
      mailing.first.username,
      next.username,
    ]);
    expect(mailing.arrived()).toEqual(['before']);
  });

  it('is cured for verify() too, which sends nothing', async () => {
    const mailing = await openMailing();
    expect(await mailing.verify()).toBe(true);
    await mailing.promote(mailing.issue());
    mailing.revoke(mailing.first);
    expect(await mailing.verify()).toBe(true);
    expect(mailing.arrived()).toEqual([]);
    expect(mailing.reads()).toBe(2);
  });

  it('is what the sender is told when the secret cannot be read; why not is its cause', async () => {
    const mailing = await openMailing();
    await mailing.send('before');
    mailing.revoke(mailing.first);
    await mailing.promote(mailing.issue(), { port: 'nonsense' });
    const refusal = await mailing.send('after').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'EAUTH', responseCode: 535 });
    expect(String((refusal as Error).cause)).toMatch(/holds no SMTP login: \$\.port: expected/);
    const text = `${refusal} ${(refusal as Error).cause} ${(refusal as Error).stack}`;
    for (const password of Object.values(mailing.users)) expect(text).not.toContain(password);
  });

  it('of a login that the message brought itself says nothing about the secret', async () => {
    const mailing = await openMailing();
    await mailing.send('before');
    const auth = { user: 'someone', pass: 'else' };
    await expect(mailing.send('own login', { auth })).rejects.toMatchObject({ responseCode: 535 });
    expect(mailing.reads()).toBe(1);
  });
});

describe('every other failure passes through, without a second read or try', () => {
  it.each([
    [454, '4.7.0 Temporary authentication failure'],
    [421, '4.7.0 Too many connections'],
    [534, '5.7.9 Authentication mechanism is too weak'],
  ])('the reply %s to AUTH', async (code, text) => {
    const mailing = await openMailing('tls', { onAuth: () => ({ code, text }) });
    await expect(mailing.send('1')).rejects.toMatchObject({ responseCode: code });
    expect(mailing.server.logins).toHaveLength(1);
    expect(mailing.reads()).toBe(1);
  });

  it('a certificate that does not prove the name: the password is not sent', async () => {
    const mailing = await openMailing();
    const { ca } = mailing.server;
    await mailing.promote(mailing.issue(), { ca });
    await expect(mailing.send('1')).rejects.toMatchObject({ code: 'ESOCKET' });
    expect(mailing.server.logins).toEqual([]);
    expect(mailing.reads()).toBe(1);
  });

  it('a server that offers no STARTTLS: the password is not sent', async () => {
    const mailing = await openMailing('starttls', { hideStartTls: true });
    await expect(mailing.send('1')).rejects.toMatchObject({ code: 'ETLS' });
    expect(mailing.server.logins).toEqual([]);
    expect(mailing.reads()).toBe(1);
  });

  it.each([false, true])(
    'a server that takes a message and is gone before its reply (pool %s)',
    async (pool) => {
      const mailing = await openMailing('tls', { pool });
      const breaking = await startBreakingServer();
      await mailing.promote(mailing.first, { port: breaking.port, ca: breaking.ca });
      await expect(mailing.send('1')).rejects.toMatchObject({ code: 'ECONNECTION' });
      expect(breaking.taken).toHaveLength(1);
      expect(mailing.reads()).toBe(1);
    },
  );

  it('a secret that holds an access token', async () => {
    const mailing = await openMailing();
    await mailing.promote(mailing.first, { authMethod: 'XOAUTH2' });
    await expect(mailing.send('1')).rejects.toThrow('expected a password to log in with');
    expect(mailing.server.logins).toEqual([]);
  });

  it('a secret that holds a client secret of Microsoft Entra: that is not sent', async () => {
    const mailing = await openMailing();
    const id = '11111111-2222-3333-4444-555555555555';
    const provider = {
      type: 'entra',
      tenantId: id,
      clientId: id,
      objectId: id,
      mailbox: 'a@b.example',
      adminSecretId: 'admin',
    };
    await mailing.promote(mailing.first, { provider });
    await expect(mailing.send('1')).rejects.toThrow('expected a password to log in with');
    expect(mailing.server.logins).toEqual([]);
  });
});
