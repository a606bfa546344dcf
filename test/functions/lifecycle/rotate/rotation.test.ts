import { describe, expect, it } from 'vitest';
import { arnOf } from '../../../support/aws/secrets-manager.ts';
import { HOUR_MS, NAME, SEED, World } from './world.ts';

describe('rotation of a SES credential', () => {
  it('mints the first key from a seed, proves it, promotes it, and keeps unknown fields', async () => {
    const world = new World();
    expect(await world.rotate()).toEqual(['minted', 'nothing-to-set', 'proven', 'promoted']);
    expect(world.works('AWSCURRENT')).toBe(true);
    expect(JSON.parse(world.secrets.valueOf(world.arn, 'AWSCURRENT') ?? '')).toMatchObject({
      ...SEED,
      username: expect.stringMatching(/^AKIA/),
    });
  });

  it('bootstraps a secret that has no value at all from its tags', async () => {
    const world = new World(null, { tags: { 'keyturn:iam-user': 'orders' } });
    await world.rotate();
    expect(JSON.parse(world.secrets.valueOf(world.arn, 'AWSCURRENT') ?? '')).toMatchObject({
      host: 'email-smtp.us-east-1.amazonaws.com',
      port: 465,
      provider: { type: 'ses', userName: 'orders', region: 'us-east-1' },
    });
  });

  it('keeps the replaced credential working after the next rotation', async () => {
    const world = new World();
    await world.rotate();
    await world.rotate();
    expect(world.works('AWSCURRENT')).toBe(true);
    expect(world.works('AWSPREVIOUS')).toBe(true);
  });

  it('is idempotent: every step may be repeated for the same token', async () => {
    const world = new World();
    const token = world.newToken();
    world.secrets.beginRotation(world.arn, token);
    expect(await world.step('createSecret', token)).toBe('minted');
    expect(await world.step('createSecret', token)).toBe('already-minted');
    await world.step('testSecret', token);
    expect(await world.step('testSecret', token)).toBe('proven');
    expect(await world.step('finishSecret', token)).toBe('promoted');
    expect(await world.step('finishSecret', token)).toBe('already-current');
    expect(world.iam.keys.size).toBe(1);
  });

  it('waits, inside the remaining time, until the new key is known to the mail servers', async () => {
    const world = new World();
    world.iam.propagationMs = 20_000;
    const startedAt = world.now;
    await world.rotate();
    expect(world.now - startedAt).toBeGreaterThanOrEqual(20_000);
    expect(world.logins).toBeLessThanOrEqual(3 + 2);
  });

  it('gives up in time, with the reason, and leaves the current credential alone', async () => {
    const world = new World();
    await world.rotate();
    const before = world.secrets.valueOf(world.arn, 'AWSCURRENT');
    world.iam.propagationMs = HOUR_MS;
    await expect(world.rotate()).rejects.toThrow(
      /not proven in time after 4 logins: rejected\. .*Nothing is dialled before/,
    );
    expect(world.secrets.valueOf(world.arn, 'AWSCURRENT')).toBe(before);
  });

  it('finishes with the same token after a failed test', async () => {
    const world = new World();
    await world.rotate();
    const token = world.newToken();
    world.iam.propagationMs = 10 * 60_000;
    await expect(world.rotate(token)).rejects.toThrow();
    world.now += 15 * 60_000;
    expect(await world.rotate(token)).toEqual(['already-minted', 'nothing-to-set', 'proven', 'promoted']);
    expect(world.iam.keys.size).toBe(2);
  });

  it('refuses to delete a key that is not provably its own, and says which', async () => {
    const world = new World();
    await world.rotate();
    const foreign = world.iam.create();
    await expect(world.rotate()).rejects.toThrow(`${foreign.id} (not ours)`);
    expect(world.iam.keys.size).toBe(2);
    expect(world.works('AWSCURRENT')).toBe(true);
  });

  it.each([
    ['another secret', arnOf('keyturn/billing')],
    ['the secret of the same name in another region', arnOf(NAME, 'eu-west-1')],
    ['the secret of the same name in another account', arnOf(NAME).replace('123456789012', '210987654321')],
    ['a secret that had this name before', arnOf(NAME).replace('AbCdEf', 'GhIjKl')],
    ['whichever secret has this name', NAME],
  ])('refuses a user that belongs to %s', async (_whose, owner) => {
    const world = new World(JSON.stringify(SEED), { owner });
    await expect(world.rotate()).rejects.toThrow(`belongs to ${owner}, expected ${world.arn}`);
    expect(world.iam.keys.size).toBe(0);
  });

  it('treats testSecret on a version without a value as a preflight of the current credential', async () => {
    const world = new World();
    await world.rotate();
    const token = world.newToken();
    world.secrets.beginRotation(world.arn, token);
    expect(await world.step('testSecret', token)).toBe('preflight-passed');
    const { username } = world.credential('AWSCURRENT') ?? {};
    const key = world.iam.keys.get(username ?? '');
    if (key) key.active = false;
    const before = world.logins;
    await expect(world.step('testSecret', token)).rejects.toThrow(
      'the current credential cannot be proven: rejected',
    );
    expect(world.logins - before).toBe(2);
  });

  it.each([
    ['malformed JSON', 'not json', 'expected a JSON object at $'],
    ['a bad field', JSON.stringify({ ...SEED, port: 'many' }), 'at $.port'],
    [
      'no provider',
      JSON.stringify({ host: 'a.example', port: 465, username: 'u', password: 'p' }),
      'names no `provider`',
    ],
    ['no value', null, 'has no value'],
  ])('names what is wrong with a secret with %s, and mints nothing', async (_name, value, message) => {
    const world = new World(value);
    await expect(world.rotate()).rejects.toThrow(message);
    expect(world.iam.keys.size).toBe(0);
  });

  it('never promotes a pending version without a value', async () => {
    const world = new World();
    const token = world.newToken();
    world.secrets.beginRotation(world.arn, token);
    await expect(world.step('finishSecret', token)).rejects.toThrow('no value');
  });
});
