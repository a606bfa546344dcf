import { describe, expect, it } from 'vitest';
import { CachedSecret, type SecretVersion } from '../../client/cached-secret.ts';
import { Redacted } from '../../functions/secrets/redacted.ts';

const HOUR_MS = 60 * 60_000;

/** A secret whose versions are named by a letter, and a clock. */
function world(random = 0) {
  const state = { now: 1_000_000, versionId: 'a', reads: 0, fails: false };
  const read = async (): Promise<SecretVersion> => {
    state.reads += 1;
    if (state.fails) throw new Error('Secrets Manager is away');
    const endpoint = { host: 'smtp.example.com', port: 465, security: 'tls' } as const;
    return {
      versionId: state.versionId,
      credential: { endpoint, username: 'u', password: new Redacted('p') },
    };
  };
  const secret = new CachedSecret({ read, now: () => state.now, random: () => random });
  return { state, secret, current: async () => (await secret.current()).versionId };
}

describe('the copy of a secret', () => {
  it('is read once by many who ask at the same time', async () => {
    const { state, current } = world();
    expect(await Promise.all([current(), current(), current()])).toEqual(['a', 'a', 'a']);
    expect(state.reads).toBe(1);
  });

  it.each([
    [0, 0.5],
    [0.5, 0.75],
    [1, 1],
  ])('is read again after an hour or less, apart for a fleet (random %s: %s h)', async (random, hours) => {
    const { state, current } = world(random);
    await current();
    state.versionId = 'b';
    state.now += hours * HOUR_MS - 1;
    expect(await current()).toBe('a');
    state.now += 1;
    expect(await current()).toBe('b');
    expect(state.reads).toBe(2);
  });

  it('stays in use while the secret cannot be read, and a read is tried now and then', async () => {
    const { state, current } = world(1);
    await current();
    state.fails = true;
    state.now += HOUR_MS;
    expect([await current(), await current()]).toEqual(['a', 'a']);
    expect(state.reads).toBe(2);
    state.now += 10_000;
    Object.assign(state, { fails: false, versionId: 'b' });
    expect(await current()).toBe('b');
  });

  it('is nothing to log in with when even the first read fails', async () => {
    const { state, current } = world();
    state.fails = true;
    await expect(current()).rejects.toThrow('Secrets Manager is away');
    state.fails = false;
    expect(await current()).toBe('a');
  });
});

describe('the replacement for a refused login', () => {
  it('is what somebody else has read already', async () => {
    const { state, secret } = world();
    const refused = await secret.current();
    state.versionId = 'b';
    await secret.replacementFor(refused);
    expect((await secret.replacementFor(refused))?.versionId).toBe('b');
    expect(state.reads).toBe(2);
  });

  it('may be an older version: the label moves back in a rollback', async () => {
    const { state, secret } = world();
    const first = await secret.current();
    state.versionId = 'b';
    const second = await secret.replacementFor(first);
    state.versionId = 'a';
    expect(second && (await secret.replacementFor(second))?.versionId).toBe('a');
  });

  it('is not looked for again before a pause when there is none', async () => {
    const { state, secret } = world(1);
    const refused = await secret.current();
    expect(await secret.replacementFor(refused)).toBeNull();
    state.versionId = 'b';
    state.now += 9_999;
    expect(await secret.replacementFor(refused)).toBeNull();
    expect(state.reads).toBe(2);
    state.now += 1;
    expect((await secret.replacementFor(refused))?.versionId).toBe('b');
  });

  it('is looked for again at once when the read failed', async () => {
    const { state, secret } = world();
    const refused = await secret.current();
    state.fails = true;
    await expect(secret.replacementFor(refused)).rejects.toThrow('Secrets Manager is away');
    Object.assign(state, { fails: false, versionId: 'b' });
    expect((await secret.replacementFor(refused))?.versionId).toBe('b');
  });
});
