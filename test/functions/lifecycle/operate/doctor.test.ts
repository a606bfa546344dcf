import { describe, expect, it } from 'vitest';
import { ISSUE_CODES } from '../../../../functions/lifecycle/operate/diagnosis.ts';
import { type Ended, runOperation } from '../../../../functions/lifecycle/operate/run.ts';
import { ROTATE } from '../../../support/lambda/environment.ts';
import { HOUR_MS } from '../rotate/enumeration/lab.ts';
import { ModelSes } from '../rotate/enumeration/model-ses.ts';
import { SUBJECTS } from '../rotate/enumeration/providers.ts';
import { OperationLab, type SubjectName } from './operation-lab.ts';

const SES = 'issuing, reversible (Amazon SES)';

async function rotated(subject: SubjectName = SES): Promise<OperationLab> {
  const lab = new OperationLab(SUBJECTS[subject]);
  await lab.rotate();
  lab.now += HOUR_MS;
  return lab;
}

const iamOf = (lab: OperationLab) => {
  if (!(lab.subject instanceof ModelSes)) throw new Error('not Amazon SES');
  return lab.subject.iam;
};

const codes = ({ issues }: Ended) => issues.map(({ code }) => code);

const currentKey = (lab: OperationLab) =>
  iamOf(lab).keys.get(lab.credential('AWSCURRENT')?.username ?? '') ?? expect.fail('no key');

const EMPTY = 'empty'.padEnd(36, '0');

/** One way in which a secret goes wrong, and what doctor says of it. */
interface Trouble {
  readonly cause: (lab: OperationLab) => Promise<unknown> | unknown;
  readonly finds: readonly string[];
  /** What is left after `fix`. */
  readonly leaves: readonly string[];
  /** What is left ends by itself. */
  readonly passes?: true;
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'a rotation that died with its credential stored': {
    cause: async (lab) => {
      lab.isServerDown = true;
      await lab.rotate();
      lab.isServerDown = false;
      lab.now += HOUR_MS;
    },
    finds: ['pending-stuck'],
    leaves: [],
  },
  'a rotation that died before anything was made': {
    cause: (lab) => {
      lab.secrets.beginRotation(lab.arn, lab.newToken());
      lab.now += HOUR_MS;
    },
    finds: ['pending-stuck'],
    leaves: [],
  },
  'AWSPENDING left on a version that somebody moved away from': {
    cause: async (lab) => {
      await lab.rotate();
      const secret = lab.secrets.find(lab.arn);
      const [to, from] = [secret.holder('AWSPREVIOUS')?.id, secret.holder('AWSCURRENT')?.id];
      secret.move('AWSCURRENT', to, from, lab.now);
    },
    // Both slots are taken, for a time.
    finds: ['rotation-not-possible', 'pending-stuck'],
    leaves: ['rotation-not-possible'],
    passes: true,
  },
  'a key whose password was lost in a crash': {
    cause: async (lab) => {
      lab.now += 24 * HOUR_MS;
      const token = lab.newToken();
      await lab.ledger.recordMint(lab.arn, {
        token,
        startedAt: lab.now,
        endsBy: lab.now + 15_000,
        credentialId: null,
      });
      iamOf(lab).create();
      lab.now += HOUR_MS;
    },
    finds: ['orphan'],
    leaves: [],
  },
  'the current key switched off by somebody': {
    cause: (lab) => {
      currentKey(lab).active = false;
    },
    finds: ['current-inactive', 'current-refused'],
    leaves: [],
  },
  'no schedule': {
    cause: (lab) => lab.secrets.setRotationEnabled(lab.arn, false),
    finds: ['no-schedule'],
    leaves: [],
  },
  'a rotation that was set up with another function': {
    cause: (lab) => lab.secrets.setRotationEnabled(lab.arn, true, `${ROTATE}-gone`),
    finds: ['rotation-not-possible'],
    leaves: [],
  },
  'a rotation that another function has left unfinished': {
    cause: (lab) => {
      lab.secrets.setRotationEnabled(lab.arn, true, `${ROTATE}-gone`);
      lab.secrets.beginRotation(lab.arn, lab.newToken());
      lab.now += HOUR_MS;
    },
    finds: ['rotation-not-possible', 'pending-stuck'],
    leaves: [],
  },
  'the current key deleted by somebody': {
    cause: (lab) => iamOf(lab).keys.delete(currentKey(lab).id),
    finds: ['current-missing', 'current-refused'],
    leaves: ['current-missing', 'current-refused'],
  },
  'a key made by somebody else': {
    cause: (lab) => lab.subject.addForeign(),
    finds: ['rotation-not-possible', 'not-ours'],
    leaves: ['rotation-not-possible', 'not-ours'],
  },
  'a server that does not answer well': {
    cause: (lab) => {
      lab.isServerDown = true;
    },
    finds: ['current-refused'],
    leaves: ['current-refused'],
  },
  'AWSCURRENT on a version without a value': {
    cause: (lab) => {
      const secret = lab.secrets.find(lab.arn);
      secret.addPending(EMPTY, lab.now);
      secret.move('AWSCURRENT', EMPTY, secret.holder('AWSCURRENT')?.id, lab.now);
    },
    finds: ['current-unusable', 'rotation-not-possible'],
    leaves: ['current-unusable', 'rotation-not-possible'],
  },
  'a current version that is no JSON': {
    cause: (lab) => {
      const secret = lab.secrets.find(lab.arn);
      secret.put(EMPTY, 'not json', ['AWSCURRENT', 'AWSPENDING'], lab.now);
    },
    finds: ['current-unusable', 'rotation-not-possible'],
    leaves: ['current-unusable', 'rotation-not-possible'],
  },
  'a current version that names another endpoint': {
    cause: (lab) => {
      const value = JSON.parse(lab.secrets.valueOf(lab.arn, 'AWSCURRENT') ?? '{}');
      const moved = JSON.stringify({ ...value, host: 'mail.example.net' });
      lab.secrets.find(lab.arn).put(EMPTY, moved, ['AWSCURRENT', 'AWSPENDING'], lab.now);
    },
    finds: ['rotation-not-possible'],
    leaves: ['rotation-not-possible'],
  },
  'a rotation that is under way': {
    cause: (lab) => lab.secrets.beginRotation(lab.arn, lab.newToken()),
    finds: ['rotation-not-possible'],
    leaves: ['rotation-not-possible'],
  },
};

describe('doctor', () => {
  it('finds nothing wrong with a secret in order, also when it may fix', async () => {
    const lab = await rotated();
    expect(await lab.operate(lab.operation('doctor'))).toMatchObject({ result: 'healthy', issues: [] });
    expect(await lab.operate(lab.operation('doctor', true))).toMatchObject({ result: 'healthy' });
    expect(lab.steps()).toEqual([]);
  });

  it('says of a new secret what comes next', async () => {
    const lab = new OperationLab(SUBJECTS[SES]);
    const ended = await lab.operate(lab.operation('doctor'));
    expect(codes(ended)).toEqual(['no-login-yet', 'no-schedule']);
    expect(ended.issues[0]?.nextAction).toContain('keyturn rotate');
  });

  it.each(Object.keys(TROUBLES))('says so and changes nothing, unless it may fix: %s', async (name) => {
    const { cause, finds, leaves } = TROUBLES[name] ?? expect.fail(name);
    const lab = await rotated();
    await cause(lab);
    const before = JSON.stringify([lab.secrets.find(lab.arn).versions(), lab.subject.standing()]);
    const dry = await lab.operate(lab.operation('doctor'));
    expect(codes(dry)).toEqual(finds);
    expect(lab.steps()).toEqual([]);
    const after = JSON.stringify([lab.secrets.find(lab.arn).versions(), lab.subject.standing()]);
    expect(after.replaceAll(/"lastUsedAt":\d+/g, '')).toBe(before.replaceAll(/"lastUsedAt":\d+/g, ''));
    const fixed = await lab.operate(lab.operation('doctor', true));
    expect(codes(fixed)).toEqual(leaves);
    expect(fixed.result).toBe(leaves.length === 0 ? 'fixed' : 'issues');
  });

  it('leaves a secret that it has fixed ready for the next rotation', async () => {
    for (const [name, { cause, leaves, passes }] of Object.entries(TROUBLES)) {
      if (leaves.length > 0 && !passes) continue;
      const lab = await rotated();
      await cause(lab);
      await lab.operate(lab.operation('doctor', true));
      lab.now += 49 * HOUR_MS;
      await lab.retire();
      lab.now += 73 * HOUR_MS;
      await lab.retire();
      expect(await lab.operate(lab.operation('rotate')), name).toMatchObject({ result: 'rotated' });
    }
  });

  it('logs in once in a run, whatever it fixes: a refused login spends the budget of the account', async () => {
    const lab = await rotated();
    lab.secrets.beginRotation(lab.arn, lab.newToken());
    lab.secrets.setRotationEnabled(lab.arn, false);
    lab.now += HOUR_MS;
    lab.isServerDown = true;
    const ports = lab.operationPorts();
    let logins = 0;
    const counted: typeof ports = {
      ...ports,
      login: (credential, budgetMs) => {
        logins += 1;
        return ports.login(credential, budgetMs);
      },
    };
    await runOperation(counted, lab.operation('doctor', true));
    expect(logins).toBe(1);
  });

  it('reports a provider that cannot be reached as an issue', async () => {
    const lab = await rotated();
    lab.subject.provider.kind === 'issuing' &&
      Object.assign(lab.subject.provider, { owner: () => Promise.reject(new Error('no such user')) });
    expect(codes(await lab.operate(lab.operation('doctor')))).toEqual(['rotation-not-possible']);
  });

  it('revokes nothing of a provider whose user belongs to another secret, though a pending version names it', async () => {
    const lab = await rotated();
    lab.isServerDown = true;
    await lab.rotate();
    lab.isServerDown = false;
    lab.now += HOUR_MS;
    const keys = [...iamOf(lab).keys.keys()];
    const stranger = { kind: 'tagged', secretArn: `${lab.arn}-of-another` };
    Object.assign(lab.subject.provider, { owner: async () => stranger });
    const found = await lab.operate(lab.operation('doctor', true));
    expect(codes(found)).toContain('pending-stuck');
    expect([...iamOf(lab).keys.keys()]).toEqual(keys);
    await lab.operate(lab.operation('compromised'));
    expect([...iamOf(lab).keys.keys()]).toEqual(keys);
  });

  it('has a test for each of its issues but those of the clock and of a server', () => {
    const tested = new Set(Object.values(TROUBLES).flatMap(({ finds }) => finds));
    const elsewhere = [
      'no-login-yet',
      'endpoint-changed',
      'overdue',
      'current-unproven',
      'current-quarantined',
    ];
    expect([...tested, ...elsewhere].toSorted()).toEqual(ISSUE_CODES.toSorted());
  });
});
