import { describe, expect, it } from 'vitest';
import { arnOf } from '../../../support/aws/secrets-manager.ts';
import { HOUR_MS, Lab } from './enumeration/lab.ts';
import type { ModelIssuer } from './enumeration/model-issuer.ts';
import { ModelLogins } from './enumeration/model-logins.ts';
import type { ModelSes } from './enumeration/model-ses.ts';
import { SUBJECTS } from './enumeration/providers.ts';
import { retireDays, rotate } from './enumeration/scenarios.ts';
import { NAME, World } from './world.ts';

/**
 * How other rotators fail (research on rotation, section b), each by its number. Those that come from around the rotation
 * (6, 7, 13, 17, 18, 21) are in failure-modes-around.test.ts, 19 (secrets in logs) is in rotate.test.ts, and those that
 * the template answers (20, 22, 23, 26) are in test/infra/failure-modes.test.ts.
 */
const ses = () => new Lab(SUBJECTS['issuing, reversible (Amazon SES)']);
const keysOf = (lab: Lab) => (lab.subject as ModelSes).iam.keys;

async function rotated(lab = ses()): Promise<Lab> {
  await rotate(lab, lab.newToken());
  await retireDays(lab);
  return lab;
}

describe('failure mode', () => {
  it('1: a passing failure of testSecret does not wedge: the retry finds its pending value and mints no second key', async () => {
    const lab = await rotated();
    const token = lab.newToken();
    lab.isServerDown = true;
    expect(await lab.rotate(token)).toMatchObject({ kind: 'failed', step: 'testSecret' });
    lab.isServerDown = false;
    lab.now += HOUR_MS;
    expect(await lab.rotate(token)).toEqual({ kind: 'rotated', token });
    expect(keysOf(lab).size).toBe(2);
  });

  it('2: a crash between mint and store leaves an orphan that the next try proves to be ours and removes', async () => {
    const lab = await rotated();
    const { onCall } = lab.faults;
    lab.faults.onCall = () => {
      onCall();
      if (keysOf(lab).size === 2) lab.faults.die();
    };
    const token = lab.newToken();
    expect(await lab.rotate(token)).toMatchObject({ kind: 'failed', step: 'createSecret' });
    lab.faults.onCall = onCall;
    const [, orphan] = keysOf(lab).keys();
    expect(await lab.rotate(token)).toEqual({ kind: 'rotated', token });
    expect([...keysOf(lab).keys()]).not.toContain(orphan);
  });

  it('3: nothing that must happen follows the move of the label: a crash right after it loses no clean-up', async () => {
    const lab = await rotated();
    const token = lab.newToken();
    const { onCall } = lab.faults;
    lab.faults.onCall = () => {
      onCall();
      if (lab.secrets.find(lab.arn).holder('AWSCURRENT')?.id === token) lab.faults.die();
    };
    await lab.rotate(token);
    lab.faults.onCall = onCall;
    expect(await lab.rotate(token)).toEqual({ kind: 'rotated', token });
    await retireDays(lab);
    expect(keysOf(lab).size).toBe(1);
  });

  it('4: with both slots taken nothing is deleted, the message names both, and the next retirement makes room', async () => {
    const lab = await rotated();
    await rotate(lab, lab.newToken());
    const token = lab.newToken();
    expect(await lab.rotate(token)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/all 2 credentials .*in this secret/),
    });
    expect(keysOf(lab).size).toBe(2);
    await retireDays(lab);
    const pending = lab.secrets.find(lab.arn).holder('AWSPENDING');
    expect(pending?.id === token ? await lab.rotate(token) : await lab.rotate(lab.newToken())).toMatchObject({
      kind: 'rotated',
    });
  });

  it('5: a key that IAM has not spread yet is tried on fresh connections until it is proven twice in a row', async () => {
    const world = new World();
    world.iam.propagationMs = 60_000;
    expect(await world.rotate()).toContain('proven');
    expect(world.logins).toBeGreaterThanOrEqual(3);
  });

  it('8: a dry run on a version without a value examines the credential in use, and fails when that is dead', async () => {
    const lab = await rotated();
    expect(await lab.rotate(undefined, false)).toMatchObject({ kind: 'tested' });
    expect(versionOf(lab, 'AWSPENDING')).toBeUndefined();
    for (const key of keysOf(lab).values()) key.active = false;
    expect(await lab.rotate(undefined, false)).toMatchObject({
      kind: 'failed',
      step: 'testSecret',
      reason: expect.stringMatching(/current credential/),
    });
    expect(keysOf(lab).size).toBe(1);
  });

  it('9: a secret without any value is rotated from its tags, one with a seed from that', async () => {
    const empty = new World(null, { tags: { 'keyturn:iam-user': 'orders' } });
    await empty.rotate();
    expect(empty.works('AWSCURRENT')).toBe(true);
    expect((await rotated()).works('AWSCURRENT')).toBe(true);
  });

  it('10: an AWSPENDING that was left behind is healed: given up, its key revoked, then the label; and rotation goes on', async () => {
    const lab = await rotated();
    lab.isServerDown = true;
    await lab.rotate(lab.newToken());
    lab.isServerDown = false;
    expect(await lab.rotate(lab.newToken())).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/isn't complete/),
    });
    const actions: unknown[] = [];
    for (const hours of [1, 24, 1]) {
      lab.now += hours * HOUR_MS;
      const outcome = await lab.retire();
      actions.push(outcome?.kind === 'retired' && outcome.pending?.action);
    }
    expect(actions).toEqual(['wait', 'abandon', 'heal']);
    expect(keysOf(lab).size).toBe(1);
    expect(await lab.rotate(lab.newToken())).toMatchObject({ kind: 'rotated' });
  });

  it('11: AWSPENDING on the current version is no stuck rotation', async () => {
    const lab = await rotated();
    expect(versionOf(lab, 'AWSPENDING')).toBe(versionOf(lab, 'AWSCURRENT'));
    expect(await lab.retire()).not.toHaveProperty('pending');
  });

  it('12: the replaced credential works for the whole overlap, and for as long as it is used', async () => {
    const lab = await rotated();
    const old = lab.credential('AWSCURRENT');
    await rotate(lab, lab.newToken());
    for (let hours = 0; hours < 200; hours += 20) {
      lab.now += 20 * HOUR_MS;
      await lab.retire();
      expect(old && lab.subject.accepts(old, true)).toBe(true);
    }
  });

  it('14: where one login has one password, a password that cannot be proven is taken back', async () => {
    const lab = await rotated(new Lab((_now, faults) => new ModelLogins(['orders'], faults)));
    lab.isServerDown = true;
    expect(await lab.rotate(lab.newToken())).toMatchObject({ kind: 'failed', step: 'testSecret' });
    expect(lab.works('AWSCURRENT')).toBe(true);
  });

  it('15: a mint whose answer was lost is found by its name and removed before another is made', async () => {
    const lab = await rotated(new Lab(SUBJECTS['issuing under names (SendGrid, Resend)']));
    const issuer = lab.subject as ModelIssuer;
    const mint = issuer.mint.bind(issuer);
    issuer.mint = async (name) => {
      issuer.mint = mint;
      await mint(name);
      throw new Error('socket hang up');
    };
    const token = lab.newToken();
    expect(await lab.rotate(token)).toMatchObject({ kind: 'failed', step: 'createSecret' });
    expect(issuer.standing()).toHaveLength(2);
    expect(await lab.rotate(token)).toMatchObject({ kind: 'rotated' });
    expect(issuer.standing()).toHaveLength(2);
  });

  it('16: a second rotation is refused while one is pending, and a user that belongs to another secret is not touched', async () => {
    const lab = await rotated();
    lab.isServerDown = true;
    await lab.rotate(lab.newToken());
    expect(await lab.rotate(lab.newToken())).toMatchObject({ kind: 'refused' });
    const foreign = new World(undefined, { owner: arnOf('keyturn/billing') });
    await expect(foreign.rotate()).rejects.toThrow(
      `belongs to ${arnOf('keyturn/billing')}, expected ${arnOf(NAME)}`,
    );
    expect(foreign.iam.keys.size).toBe(0);
  });

  it('23: a rotation that was switched off does nothing', async () => {
    const lab = await rotated();
    lab.secrets.setRotationEnabled(lab.arn, false);
    const token = lab.newToken();
    const event = { step: 'createSecret', secretId: lab.arn, token };
    await expect(lab.handler(lab.ports(), event)).rejects.toThrow('rotation is not enabled');
    expect(keysOf(lab).size).toBe(1);
  });

  it('24: reads that lag behind do not stop a rotation, nor make a second key', async () => {
    const lab = await rotated();
    lab.secrets.lag = () => 3000;
    expect(await lab.rotate(lab.newToken())).toMatchObject({ kind: 'rotated' });
    expect(keysOf(lab).size).toBe(2);
  });

  it('25: every wait ends before the function has to', async () => {
    const world = new World();
    world.iam.propagationMs = 24 * HOUR_MS;
    const token = world.newToken();
    world.secrets.beginRotation(world.arn, token);
    await world.step('createSecret', token);
    const startedAt = world.now;
    await expect(world.step('testSecret', token)).rejects.toThrow('not proven in time');
    expect(world.now - startedAt).toBeLessThan(5 * 60_000);
  });
});

function versionOf(lab: Lab, label: string): string | undefined {
  return lab.secrets.find(lab.arn).holder(label)?.id;
}
