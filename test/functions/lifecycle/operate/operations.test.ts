import { describe, expect, it } from 'vitest';
import { QUARANTINED } from '../../../../functions/lifecycle/snapshot.ts';
import { idOf } from '../../../../functions/secrets/credential.ts';
import { HOUR_MS, MINUTE_MS } from '../rotate/enumeration/lab.ts';
import { ModelSes } from '../rotate/enumeration/model-ses.ts';
import { SUBJECTS } from '../rotate/enumeration/providers.ts';
import { rotate } from '../rotate/enumeration/scenarios.ts';
import { MAKING, OperationLab, type SubjectName } from './operation-lab.ts';

const SES = 'issuing, reversible (Amazon SES)';
const TWO_LOGINS = 'setting, two logins';

async function rotatedTwice(subject: SubjectName): Promise<OperationLab> {
  const lab = new OperationLab(SUBJECTS[subject]);
  await lab.rotate();
  lab.now += 30 * 24 * HOUR_MS;
  await lab.rotate();
  lab.now += HOUR_MS;
  return lab;
}

const idUnder = (lab: OperationLab, label: string) => {
  const credential = lab.credential(label);
  return credential ? idOf(credential) : null;
};

const iamOf = (lab: OperationLab) => {
  if (!(lab.subject instanceof ModelSes)) throw new Error('not Amazon SES');
  return lab.subject.iam;
};

const codes = ({ issues }: { issues: readonly { code: string }[] }) => issues.map(({ code }) => code);

describe('rollback', () => {
  it('makes the previous credential current again, and switches the bad one off', async () => {
    const lab = await rotatedTwice(SES);
    const [good, bad] = [idUnder(lab, 'AWSPREVIOUS'), idUnder(lab, 'AWSCURRENT')];
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({ result: 'rolled-back' });
    expect(idUnder(lab, 'AWSCURRENT')).toBe(good);
    expect(lab.works('AWSCURRENT')).toBe(true);
    expect(idUnder(lab, QUARANTINED)).toBe(bad);
    expect(iamOf(lab).keys.get(bad ?? '')?.active).toBe(false);
    expect(lab.steps()).toEqual([
      'plan planned',
      'test proven',
      'label-quarantined labelled',
      'unlabel-pending unlabelled',
      'move-current moved',
      'announce announced',
      'deactivate deactivated',
    ]);
    expect(lab.announced).toBe(1);
    expect(lab.violated()).toEqual([]);
  });

  it('writes the promotion down as a rotation does, before the label moves: from what to what, who and why', async () => {
    const lab = await rotatedTwice(SES);
    const [to, from] = ['AWSPREVIOUS', 'AWSCURRENT'].map(
      (label) => lab.secrets.find(lab.arn).holder(label)?.id,
    );
    await lab.operate(lab.operation('rollback'));
    const told = lab.events.map(({ event, step }) => (event === 'operation.step' ? step : event));
    expect(told.indexOf('credential.promotion')).toBe(told.indexOf('move-current') - 1);
    const promotions = lab.events.filter(({ event }) => event === 'credential.promotion');
    const who = 'arn:aws:iam::123456789012:user/ada';
    expect(promotions).toMatchObject([{ versionId: to, from, who, reason: 'a test', provenBy: 'rollback' }]);
    const rotated = lab.ledger.events.findLast(({ event }) => event === 'credential.promotion');
    const shape = ({ versionId, from, who, reason, provenBy }: object & Record<string, unknown>) =>
      [versionId, from, who, reason, provenBy].map((field) => typeof field);
    expect(shape(promotions[0] ?? expect.fail())).toEqual(shape(rotated?.details ?? expect.fail()));
  });

  it('reactivates the previous credential first when retirement had switched it off', async () => {
    const lab = await rotatedTwice(SES);
    lab.now += 49 * HOUR_MS;
    await lab.retire();
    expect(lab.works('AWSPREVIOUS')).toBe(false);
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({ result: 'rolled-back' });
    expect(lab.steps().slice(0, 3)).toEqual(['plan planned', 'reactivate reactivated', 'test proven']);
    expect(lab.works('AWSCURRENT')).toBe(true);
  });

  it('moves nothing when the previous credential does not log in', async () => {
    const lab = await rotatedTwice(SES);
    const current = idUnder(lab, 'AWSCURRENT');
    lab.isServerDown = true;
    const ended = await lab.operate(lab.operation('rollback'));
    expect(ended).toMatchObject({
      result: 'not-proven',
      message: expect.stringContaining('nothing was moved'),
    });
    expect(idUnder(lab, 'AWSCURRENT')).toBe(current);
    expect(idUnder(lab, QUARANTINED)).toBeNull();
    expect(iamOf(lab).keys.get(current ?? '')?.active).toBe(true);
  });

  it('does not go back to what it left: a second rollback is refused, and retirement removes the bad one', async () => {
    const lab = await rotatedTwice(SES);
    const bad = idUnder(lab, 'AWSCURRENT') ?? '';
    await lab.operate(lab.operation('rollback'));
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({
      result: 'not-possible',
      message: expect.stringContaining('quarantined'),
    });
    const key = iamOf(lab).keys.get(bad);
    lab.now += HOUR_MS;
    if (key) key.lastUsedAt = lab.now;
    lab.now += 73 * HOUR_MS;
    await lab.retire();
    expect(iamOf(lab).keys.has(bad)).toBe(false);
    expect(lab.works('AWSCURRENT')).toBe(true);
  });

  it('leaves nothing behind of what it reactivates: once that is replaced again, a person may switch it off', async () => {
    const lab = await rotatedTwice(SES);
    lab.now += 49 * HOUR_MS;
    await lab.retire();
    await lab.operate(lab.operation('rollback'));
    for (const hours of [73, 1]) {
      lab.now += hours * HOUR_MS;
      await lab.retire();
    }
    await lab.rotate();
    lab.now += HOUR_MS;
    expect(lab.works('AWSPREVIOUS')).toBe(true);
    const key = iamOf(lab).keys.get(idUnder(lab, 'AWSPREVIOUS') ?? '') ?? expect.fail();
    key.lastUsedAt = lab.now;
    key.active = false;
    expect(await lab.retire()).toMatchObject({ retirements: [{ id: key.id, action: 'begin-soak' }] });
    lab.now += 72 * HOUR_MS;
    expect(await lab.retire()).toMatchObject({ retirements: [{ id: key.id, action: 'remove' }] });
  });

  it('gives the login that it leaves a password that nobody knows', async () => {
    const lab = await rotatedTwice(TWO_LOGINS);
    const bad = lab.credential('AWSCURRENT') ?? expect.fail();
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({ result: 'rolled-back' });
    expect(lab.works('AWSCURRENT')).toBe(true);
    expect(lab.subject.accepts(bad, false)).toBe(false);
  });

  it.each<[string, (lab: OperationLab) => Promise<void> | void, SubjectName, string]>([
    [
      'the previous key was deleted',
      (lab) => void iamOf(lab).keys.delete(idUnder(lab, 'AWSPREVIOUS') ?? ''),
      SES,
      'removed',
    ],
    [
      'a rotation is under way',
      (lab) => lab.secrets.beginRotation(lab.arn, lab.newToken()),
      SES,
      'under way',
    ],
    ['the provider has one login', () => {}, 'setting, one login', 'one login'],
  ])('is refused, with what to do, when %s', async (_name, prepare, subject, message) => {
    const lab = await rotatedTwice(subject);
    await prepare(lab);
    const current = idUnder(lab, 'AWSCURRENT');
    const ended = await lab.operate(lab.operation('rollback'));
    expect(ended).toMatchObject({ result: 'not-possible', message: expect.stringContaining(message) });
    expect(idUnder(lab, 'AWSCURRENT')).toBe(current);
    expect(lab.steps()).toEqual([]);
  });

  it('by hand, in the console, is survived by both: retirement takes AWSPENDING off, and no credential away', async () => {
    const lab = await rotatedTwice(SES);
    const secret = lab.secrets.find(lab.arn);
    const [to, from] = [secret.holder('AWSPREVIOUS')?.id, secret.holder('AWSCURRENT')?.id];
    secret.move('AWSCURRENT', to, from, lab.now);
    lab.now += 25 * HOUR_MS;
    await lab.retire();
    lab.now += HOUR_MS;
    await lab.retire();
    expect(secret.holder('AWSPENDING')).toBeUndefined();
    expect([lab.works('AWSCURRENT'), lab.works('AWSPREVIOUS')]).toEqual([true, true]);
  });

  it('is refused before there is a previous credential', async () => {
    const lab = new OperationLab(SUBJECTS[SES]);
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({ result: 'not-possible' });
  });

  it('finds a version without a value current, and goes back to the one before', async () => {
    const lab = await rotatedTwice(SES);
    const good = idUnder(lab, 'AWSCURRENT');
    const secret = lab.secrets.find(lab.arn);
    secret.addPending('empty'.padEnd(36, '0'), lab.now);
    secret.move('AWSCURRENT', 'empty'.padEnd(36, '0'), secret.holder('AWSCURRENT')?.id, lab.now);
    expect(codes(await lab.operate(lab.operation('doctor')))).toEqual([
      'current-unusable',
      'rotation-not-possible',
    ]);
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({ result: 'rolled-back' });
    expect(idUnder(lab, 'AWSCURRENT')).toBe(good);
    expect(lab.works('AWSCURRENT')).toBe(true);
  });
});

describe('rotate', () => {
  it.each(MAKING)('makes a new credential current through Secrets Manager: %s', async (subject) => {
    const lab = new OperationLab(SUBJECTS[subject]);
    await lab.rotate();
    const before = lab.credential('AWSCURRENT');
    lab.now += HOUR_MS;
    const ended = await lab.operate(lab.operation('rotate'));
    expect(ended).toMatchObject({ result: 'rotated' });
    expect(lab.credential('AWSCURRENT')?.password.reveal()).not.toBe(before?.password.reveal());
    expect(lab.works('AWSCURRENT')).toBe(true);
  });

  it('asked again after it ended, starts no second rotation', async () => {
    const lab = new OperationLab(SUBJECTS[SES]);
    await lab.rotate();
    const operation = lab.operation('rotate');
    await lab.operate(operation);
    const current = idUnder(lab, 'AWSCURRENT');
    expect(await lab.operate(operation)).toMatchObject({ result: 'rotated' });
    expect(idUnder(lab, 'AWSCURRENT')).toBe(current);
  });

  it('is refused while rotation is not set up, or another one is under way', async () => {
    const lab = new OperationLab(SUBJECTS[SES]);
    const refused = (message: string) => ({
      result: 'not-possible',
      message: expect.stringContaining(message),
    });
    expect(await lab.operate(lab.operation('rotate'))).toMatchObject(refused('not set up'));
    await lab.rotate();
    lab.secrets.beginRotation(lab.arn, lab.newToken());
    expect(await lab.operate(lab.operation('rotate'))).toMatchObject(refused('under way'));
  });

  it('says which step of the rotation failed, and why, as soon as it has; it goes on when a later try ends well', async () => {
    const lab = await rotatedTwice('issuing under names (SendGrid, Resend)');
    const operation = lab.operation('rotate');
    lab.isServerDown = true;
    expect(await lab.operate(operation)).toMatchObject({
      result: 'rotation-failed',
      message: expect.stringMatching(/^testSecret failed: the pending credential .* rejected/),
    });
    expect(lab.works('AWSCURRENT')).toBe(true);
    lab.isServerDown = false;
    await lab.rotate(operation.operationId);
    expect(lab.toldToGoOn.at(-1)).toBe(operation.operationId);
    expect(await lab.invoke(operation)).toMatchObject({ kind: 'ended', result: 'rotated' });
  });

  it.each(MAKING)(
    'asked again after a step has failed, goes on with what that has made: %s',
    async (subject) => {
      const lab = new OperationLab(SUBJECTS[subject]);
      await lab.rotate();
      lab.now += 30 * 24 * HOUR_MS;
      const operation = lab.operation('rotate');
      lab.isServerDown = true;
      expect(await lab.operate(operation)).toMatchObject({ result: 'rotation-failed' });
      lab.isServerDown = false;
      const made = idUnder(lab, 'AWSPENDING');
      expect(await lab.operate(operation)).toMatchObject({ result: 'rotated' });
      expect(idUnder(lab, 'AWSCURRENT')).toBe(made);
      expect(lab.violated()).toEqual([]);
    },
  );

  it('waits in no function; when nothing was heard for as long as a rotation may take, it has ended', async () => {
    const lab = await rotatedTwice('issuing under names (SendGrid, Resend)');
    const ports = lab.operationPorts();
    const startedAt = lab.now;
    const silent = { ...ports, rotations: { ...ports.rotations, start: async () => {} } };
    expect(await lab.operate(lab.operation('rotate'), silent)).toMatchObject({ result: 'out-of-time' });
    expect([lab.now - startedAt, lab.sleptMs]).toEqual([20 * MINUTE_MS, 0]);
  });

  it('clears a rotation that is stuck first, which has had no sign of life for 20 minutes', async () => {
    const lab = await rotatedTwice('issuing under names (SendGrid, Resend)');
    lab.isServerDown = true;
    await lab.rotate();
    lab.isServerDown = false;
    const left = lab.credential('AWSPENDING') ?? expect.fail();
    lab.now += 20 * MINUTE_MS;
    expect(await lab.operate(lab.operation('rotate'))).toMatchObject({ result: 'rotated' });
    expect(lab.steps()).toEqual(['give-up-pending abandon', 'clear-pending heal', 'start-rotation started']);
    expect([lab.subject.accepts(left, false), lab.sleptMs]).toEqual([false, 0]);
  });

  it('removes itself what retirement was to have removed by now', async () => {
    const lab = await rotatedTwice(SES);
    const replaced = idUnder(lab, 'AWSPREVIOUS') ?? '';
    lab.now += 48 * HOUR_MS;
    await lab.retire();
    lab.now += 72 * HOUR_MS;
    expect(await lab.operate(lab.operation('rotate'))).toMatchObject({ result: 'rotated' });
    expect(lab.steps()).toEqual(['remove removed', 'start-rotation started']);
    expect(iamOf(lab).keys.has(replaced)).toBe(false);
    expect(lab.violated()).toEqual([]);
  });
});

/** Started past us, through RotateSecret, while both slots are taken; then the old key is taken away by hand. */
async function refusedRotation(): Promise<OperationLab> {
  const lab = await rotatedTwice(SES);
  expect(await lab.rotate()).toMatchObject({ kind: 'failed', step: 'createSecret' });
  expect(lab.secrets.find(lab.arn).holder('AWSPENDING')?.value).toBeUndefined();
  return lab;
}

describe('AWSPENDING of a rotation that was refused', () => {
  const isBlocked = (lab: OperationLab) =>
    lab.secrets.find(lab.arn).holder('AWSPENDING')?.labels.includes('AWSCURRENT') === false;

  it('is taken away by the next retirement, at once', async () => {
    const lab = await refusedRotation();
    expect(await lab.retire()).toMatchObject({ pending: { action: 'heal' } });
    expect(isBlocked(lab)).toBe(false);
  });

  it('is taken away by doctor --fix, at once', async () => {
    const lab = await refusedRotation();
    const startedAt = lab.now;
    const { issues } = await lab.operate(lab.operation('doctor', true));
    expect([codes({ issues }), isBlocked(lab)]).toEqual([['rotation-not-possible'], false]);
    expect([lab.steps(), lab.now - startedAt]).toEqual([['clear-pending heal'], 0]);
  });

  it('is taken away by rotate as soon as a rotation is possible, at once', async () => {
    const lab = await refusedRotation();
    iamOf(lab).keys.delete(idUnder(lab, 'AWSPREVIOUS') ?? '');
    expect(await lab.operate(lab.operation('rotate'))).toMatchObject({ result: 'rotated' });
    expect(lab.steps()).toEqual(['clear-pending heal', 'start-rotation started']);
  });

  it('stays when the same rotation has made something since', async () => {
    const lab = await refusedRotation();
    const token = lab.secrets.find(lab.arn).holder('AWSPENDING')?.id;
    iamOf(lab).keys.delete(idUnder(lab, 'AWSPREVIOUS') ?? '');
    lab.isServerDown = true;
    expect(await lab.rotate(token)).toMatchObject({ step: 'testSecret' });
    expect(await lab.retire()).toMatchObject({ pending: { action: 'wait' } });
    expect(lab.credential('AWSPENDING')).toBeDefined();
  });
});

describe('compromised', () => {
  it.each(MAKING)(
    'leaves nothing valid that anybody may know, and a new credential in use: %s',
    async (subject) => {
      const lab = await rotatedTwice(subject);
      const known = ['AWSCURRENT', 'AWSPREVIOUS'].flatMap((label) => lab.credential(label) ?? []);
      const operation = lab.operation('compromised');
      expect(await lab.operate(operation)).toMatchObject({ result: 'revoked' });
      expect(known.map((credential) => lab.subject.accepts(credential, false))).toEqual(
        known.map(() => false),
      );
      expect(lab.works('AWSCURRENT')).toBe(true);
      expect(lab.violated()).toEqual([]);
      const last = lab.steps();
      expect(await lab.operate(operation)).toMatchObject({ result: 'revoked' });
      expect(lab.steps()).toEqual(last);
    },
  );

  it('revokes what is not in use at once, and what is only when its successor is proven and current', async () => {
    const lab = await rotatedTwice(SES);
    await lab.operate(lab.operation('compromised'));
    expect(lab.steps()).toEqual([
      'plan planned',
      'remove removed',
      'start-rotation started',
      'remove removed',
      'label-quarantined labelled',
    ]);
  });

  it('revokes a credential that a rotation has just made, too, once no step can act for it', async () => {
    const lab = await rotatedTwice('issuing under names (SendGrid, Resend)');
    lab.isServerDown = true;
    await lab.rotate();
    lab.isServerDown = false;
    const pending = lab.credential('AWSPENDING') ?? expect.fail();
    expect(await lab.operate(lab.operation('compromised'))).toMatchObject({ result: 'revoked' });
    expect(lab.subject.accepts(pending, false)).toBe(false);
    expect(lab.secrets.find(lab.arn).holder('AWSPENDING')?.labels).not.toEqual(['AWSPENDING']);
  });

  it('goes on when its rotation has ended, though nobody asks for it any more', async () => {
    const lab = await rotatedTwice(SES);
    const old = lab.credential('AWSCURRENT') ?? expect.fail();
    const operation = lab.operation('compromised');
    const ports = lab.operationPorts();
    lab.ask(operation);
    const slow = { ...ports, rotations: { ...ports.rotations, start: async () => {} } };
    expect(await lab.invoke(operation, slow)).toMatchObject({ kind: 'waiting' });
    expect([lab.works('AWSCURRENT'), lab.toldToGoOn]).toEqual([true, []]);
    await lab.rotate(operation.operationId);
    expect(lab.toldToGoOn).toEqual([operation.operationId]);
    expect(await lab.invoke(operation)).toMatchObject({ kind: 'ended', result: 'revoked' });
    expect(lab.subject.accepts(old, false)).toBe(false);
  });

  it('tells retirement, which tries the old passwords later, and never brings one back', async () => {
    const lab = await rotatedTwice(SES);
    const old = idUnder(lab, 'AWSCURRENT');
    await lab.operate(lab.operation('compromised'));
    lab.now += HOUR_MS;
    const retired = await lab.retire();
    expect(retired).toMatchObject({
      retirements: [expect.objectContaining({ id: old, action: 'confirm-refusal', login: 'refused' })],
    });
  });

  it('revokes nothing that is not provably its own, and does not say that it did', async () => {
    const lab = await rotatedTwice('issuing under names (SendGrid, Resend)');
    lab.subject.addForeign();
    const foreign = lab.subject.standing().find((one) => one.foreign) ?? expect.fail();
    const { value = '' } = lab.secrets.find(lab.arn).holder('AWSPREVIOUS') ?? {};
    const written = JSON.stringify({ ...JSON.parse(value), credentialId: foreign.id });
    lab.secrets.find(lab.arn).put('written'.padEnd(36, '0'), written, ['AWSPREVIOUS'], lab.now);
    const { result, message } = await lab.operate(lab.operation('compromised'));
    const [revoked, left] = message.split('Not touched');
    expect([result, revoked?.includes(foreign.id), left?.includes(foreign.id)]).toEqual([
      'not-possible',
      false,
      true,
    ]);
    expect(lab.subject.standing().filter((one) => one.foreign)).toHaveLength(1);
    expect(lab.violated()).toEqual([]);
  });

  it('says of an adopted credential that it replaced it, and that a person has to revoke it', async () => {
    const lab = new OperationLab(SUBJECTS['issuing under names (SendGrid, Resend)']);
    lab.secrets.setRotationEnabled(lab.arn, true);
    const seed = JSON.parse(lab.secrets.valueOf(lab.arn, 'AWSCURRENT') ?? '');
    const adopted = JSON.stringify({ ...seed, username: 'apikey', password: 'by hand' });
    lab.secrets.find(lab.arn).put('adopted'.padEnd(36, '0'), adopted, ['AWSCURRENT'], lab.now);
    const ended = await lab.operate(lab.operation('compromised'));
    expect(ended).toMatchObject({
      result: 'not-possible',
      message: expect.stringMatching(/Revoked: none\. .*apikey/),
    });
    expect(lab.works('AWSCURRENT')).toBe(true);
    expect(lab.credential('AWSCURRENT')?.password.reveal()).not.toBe('by hand');
  });

  it('locks no login that is none of its own, and says so', async () => {
    const lab = await rotatedTwice('setting, two logins');
    const { value = '' } = lab.secrets.find(lab.arn).holder('AWSPREVIOUS') ?? {};
    const written = JSON.stringify({ ...JSON.parse(value), username: 'invoices-a' });
    lab.secrets.find(lab.arn).put('written'.padEnd(36, '0'), written, ['AWSPREVIOUS'], lab.now);
    const ended = await lab.operate(lab.operation('compromised'));
    expect(ended).toMatchObject({ result: 'not-possible', message: expect.stringContaining('invoices-a') });
    expect(lab.events.filter(({ step }) => step === 'lock-login:invoices-a')).toEqual([]);
  });

  it('begins a rotation that a person has to go on with, and ends well when they have', async () => {
    const lab = new OperationLab(SUBJECTS.manual);
    lab.secrets.setRotationEnabled(lab.arn, true);
    const operation = lab.operation('rotate');
    const { operationId } = operation;
    expect(await lab.operate(operation)).toMatchObject({
      result: 'rotation-failed',
      message: expect.stringContaining(`--client-request-token ${operationId} `),
    });
    expect(await lab.operate(lab.operation('rotate')), 'no second one').toMatchObject({
      result: 'not-possible',
      message: expect.stringContaining(`--client-request-token ${operationId} `),
    });
    await rotate(lab, operationId);
    expect(await lab.operate(operation)).toMatchObject({ result: 'rotated' });
  });

  it('says what a person has to do where a person issues the credential', async () => {
    const lab = new OperationLab(SUBJECTS.manual);
    lab.secrets.setRotationEnabled(lab.arn, true);
    expect(await lab.operate(lab.operation('compromised'))).toMatchObject({
      result: 'not-possible',
      message: expect.stringContaining('by hand'),
    });
  });
});

describe('a rotation that waits for a person', () => {
  async function begun() {
    const lab = new OperationLab(SUBJECTS.manual);
    await rotate(lab, lab.newToken());
    await rotate(lab, lab.newToken());
    const operation = lab.operation('rotate');
    return { lab, operation, told: await lab.operate(operation) };
  }
  const cancel = (token: string) => `--version-stage AWSPENDING --remove-from-version-id ${token}`;

  it('is left to them for a week, whoever has the secret mended: what they store then is used', async () => {
    const { lab, operation } = await begun();
    lab.now += 6 * 24 * HOUR_MS;
    expect(codes(await lab.operate(lab.operation('doctor')))).toEqual(['rotation-not-possible']);
    expect(codes(await lab.operate(lab.operation('doctor', true)))).toEqual(['rotation-not-possible']);
    await lab.retire();
    await rotate(lab, operation.operationId);
    expect(await lab.operate(operation)).toMatchObject({ result: 'rotated' });
  });

  it('is stuck like any other when the week is over, and cleared when somebody asks for it', async () => {
    const { lab } = await begun();
    lab.now += 7 * 24 * HOUR_MS;
    const ended = await lab.operate(lab.operation('doctor'));
    expect(codes(ended)).toEqual(['rotation-not-possible', 'pending-stuck']);
    expect(ended.issues[0]?.state).toContain('keyturn rotate begins');
    expect(codes(await lab.operate(lab.operation('doctor', true)))).toEqual(['rotation-not-possible']);
    expect(lab.secrets.find(lab.arn).holder('AWSPENDING')).toBeUndefined();
  });

  it('says once how it is cancelled, and to nobody that doctor --fix clears it', async () => {
    const { lab, operation, told } = await begun();
    const [rotation] = (await lab.operate(lab.operation('doctor'))).issues;
    const rollback = await lab.operate(lab.operation('rollback'));
    for (const text of [told.message, rotation?.state, rollback.message]) {
      expect(text?.split(cancel(operation.operationId))).toHaveLength(2);
      expect(text).not.toContain('--fix');
    }
  });
});
