import { afterAll, describe, expect, it } from 'vitest';
import type { OperationName } from '../../../../functions/lifecycle/operate/operation.ts';
import type { Ended } from '../../../../functions/lifecycle/operate/run.ts';
import type { Credential } from '../../../../functions/providers/secret.ts';
import { FAULT_KINDS } from '../../../support/aws/faults.ts';
import { shareOf } from '../../../support/share.ts';
import { HOUR_MS } from '../rotate/enumeration/lab.ts';
import { SUBJECTS } from '../rotate/enumeration/providers.ts';
import { OperationLab, type SubjectName } from './operation-lab.ts';

const MINUTE = 60_000;
/** After these nobody knows what was done. */
const DOUBTFUL = ['crash-after', 'ambiguous-timeout'] as const;
const RESUMABLE = ['error', 'out-of-time'];
let runs = 0;

/** A secret as the operation meets it. */
async function prepared(subject: SubjectName, name: OperationName): Promise<OperationLab> {
  const lab = new OperationLab(SUBJECTS[subject]);
  const look = lab.faults.onCall;
  lab.faults.onCall = () => {};
  await lab.rotate();
  lab.now += 30 * 24 * HOUR_MS;
  if (name !== 'rotate') await lab.rotate();
  lab.now += HOUR_MS;
  if (name === 'doctor') await stuck(lab);
  lab.faults.revive();
  lab.faults.onCall = look;
  return lab;
}

async function stuck(lab: OperationLab): Promise<void> {
  lab.now += 49 * HOUR_MS;
  await lab.retire();
  lab.now += 73 * HOUR_MS;
  await lab.retire();
  lab.isServerDown = true;
  await lab.rotate();
  lab.isServerDown = false;
  lab.secrets.setRotationEnabled(lab.arn, false);
  lab.now += HOUR_MS;
}

/** As Lambda does with an invocation that died, and an operator with one that failed for a passing reason. */
async function toTheEnd(lab: OperationLab, name: OperationName, again: 'same' | 'new'): Promise<Ended> {
  const first = lab.operation(name, true);
  let operation = first;
  for (let tries = 0; tries < 4; tries += 1) {
    const ended = await lab.operate(operation).catch(() => null);
    lab.faults.restart();
    if (ended && !RESUMABLE.includes(ended.result)) return ended;
    if (again === 'new') operation = lab.operation(name, true);
  }
  throw new Error('did not come to an end in 4 tries');
}

async function callsOf(subject: SubjectName, name: OperationName): Promise<number> {
  const lab = await prepared(subject, name);
  await lab.operate(lab.operation(name, true));
  return lab.faults.calls;
}

/** What others may know: none of it lets anybody in. */
function expectInvalid(lab: OperationLab, known: readonly Credential[], at: string): void {
  expect(
    known.filter((credential) => lab.subject.accepts(credential, false)),
    at,
  ).toEqual([]);
}

const ENDS: Readonly<Record<Exclude<OperationName, 'accept-endpoint'>, readonly string[]>> = {
  rotate: ['rotated'],
  rollback: ['rolled-back'],
  compromised: ['revoked'],
  doctor: ['fixed', 'healthy'],
};

const OVERLAPPING = [
  'issuing, reversible (Amazon SES)',
  'issuing under names (SendGrid, Resend)',
  'setting, two logins',
] as const;

const CASES: readonly (readonly [keyof typeof ENDS, SubjectName])[] = [
  ...OVERLAPPING.flatMap((subject) =>
    (['rotate', 'rollback', 'compromised', 'doctor'] as const).map((name) => [name, subject] as const),
  ),
  ...(['rotate', 'compromised', 'doctor'] as const).map((name) => [name, 'setting, one login'] as const),
];

describe.each(CASES)('%s, %s', { timeout: MINUTE }, (name, subject) => {
  const each = async (
    again: 'same' | 'new',
    check: (lab: OperationLab, ended: Ended, at: string) => void,
  ) => {
    const calls = await callsOf(subject, name);
    expect(calls).toBeGreaterThan(8);
    let begin = 0;
    for (const kind of again === 'same' ? FAULT_KINDS : DOUBTFUL) {
      for (const at of shareOf(
        Array.from({ length: calls }, (_, call) => call + 1),
        4,
        begin++,
      )) {
        const lab = await prepared(subject, name);
        const known = ['AWSCURRENT', 'AWSPREVIOUS'].flatMap((label) => lab.credential(label) ?? []);
        lab.faults.plan(at, kind);
        const ended = await toTheEnd(lab, name, again);
        runs += 1;
        check(lab, ended, `${kind} at call ${at}`);
        if (name === 'compromised') expectInvalid(lab, known, `${kind} at call ${at}`);
      }
    }
  };

  it('ends as it would have, asked for again after a fault at any I/O call; AWSCURRENT works throughout', async () => {
    await each('same', (lab, ended, at) => {
      expect(ENDS[name], `${at}: ${ended.message}`).toContain(ended.result);
      expect(lab.violated(), at).toEqual([]);
      expect(lab.works('AWSCURRENT'), at).toBe(true);
    });
  });

  it('does no harm when another one follows instead', async () => {
    await each('new', (lab, ended, at) => {
      expect([...ENDS[name], 'not-possible'], `${at}: ${ended.message}`).toContain(ended.result);
      expect(lab.violated(), at).toEqual([]);
      expect(lab.works('AWSCURRENT'), at).toBe(true);
    });
  });
});

afterAll(() => {
  process.stdout.write(`operations: ${runs} runs, each with one fault at one of its I/O calls\n`);
});
