import { describe, expect, it, vi } from 'vitest';
import { performStep } from '../../../../functions/lifecycle/rotate/perform-step.ts';
import type { RotationPorts } from '../../../../functions/lifecycle/rotate/rotation.ts';
import type { Step } from '../../../../functions/lifecycle/rotate/step-decision.ts';
import { logger } from '../../../../functions/observe/logger.ts';
import { everyLogin } from '../../../../functions/providers/secret.ts';
import { MemoryAgenda } from '../../../support/memory-agenda.ts';
import { MemoryLedger } from '../../../support/memory-ledger.ts';
import { HOUR_MS, Lab, MINUTE_MS } from './enumeration/lab.ts';
import { ModelManual } from './enumeration/model-manual.ts';
import { SUBJECTS } from './enumeration/providers.ts';
import { rotate } from './enumeration/scenarios.ts';

const ADA = 'arn:aws:iam::123456789012:user/ada';
const KINDS = Object.entries(SUBJECTS);

/** A secret that was rotated once, and one step of its rotation, called by whoever may call it. */
class DirectCalls extends Lab {
  logins = 0;

  static async begin(makeSubject: ConstructorParameters<typeof Lab>[0]): Promise<DirectCalls> {
    const lab = new DirectCalls(makeSubject);
    await rotate(lab, lab.newToken());
    lab.now += HOUR_MS;
    return lab;
  }

  step(step: Step, token: string, ports: Partial<RotationPorts> = {}): Promise<unknown> {
    return performStep({ ...this.ports(), ...ports }, { step, secretId: this.arn, token });
  }

  override ports(): RotationPorts {
    const ports = super.ports();
    const login: RotationPorts['login'] = (credential, budgetMs) => {
      this.logins += 1;
      return ports.login(credential, budgetMs);
    };
    return { ...ports, login };
  }

  /** AWSPENDING with a value, and nothing more. */
  async made(token = this.newToken()): Promise<string> {
    this.secrets.beginRotation(this.arn, token);
    if (this.subject instanceof ModelManual) this.putPending(token, this.subject.make());
    else await this.step('createSecret', token);
    return token;
  }

  async set(): Promise<string> {
    const token = await this.made();
    await this.step('setSecret', token);
    return token;
  }

  async proven(): Promise<string> {
    const token = await this.set();
    await this.step('testSecret', token);
    return token;
  }

  async refused(): Promise<string> {
    const token = await this.set();
    this.isServerDown = true;
    await expect(this.step('testSecret', token)).rejects.toThrow('pending credential');
    this.isServerDown = false;
    return token;
  }

  putPending(token: string, login: object): string {
    const secret = this.secrets.find(this.arn);
    const fields = JSON.parse(secret.holder('AWSCURRENT')?.value ?? '{}');
    secret.put(token, JSON.stringify({ ...fields, ...login }), ['AWSPENDING'], this.now);
    return token;
  }

  movePending(to: string | undefined): string {
    const secret = this.secrets.find(this.arn);
    secret.move('AWSPENDING', to, secret.holder('AWSPENDING')?.id, this.now);
    return to ?? expect.fail();
  }

  version(label: string): string | undefined {
    return this.secrets.find(this.arn).holder(label)?.id;
  }

  promotions() {
    return this.ledger.events
      .filter(({ event }) => event === 'credential.promotion')
      .map(({ details }) => details);
  }
}

const WRONG = { password: 'nobody-set-this' };

/** What finishSecret may find when it is called directly; each resolves with the token of the call. */
const UNPROVEN: Readonly<Record<string, (lab: DirectCalls) => Promise<string>>> = {
  'a value that no step has seen since': (lab) => lab.made(),
  'a value that was set and not tested': (lab) => lab.set(),
  'a value that failed its test': (lab) => lab.refused(),
  'a value that failed a second test after its proof': async (lab) => {
    const token = await lab.proven();
    lab.isServerDown = true;
    await lab.step('testSecret', token).catch(() => {});
    lab.isServerDown = false;
    return token;
  },
  'a proof of two hours ago': async (lab) => {
    const token = await lab.proven();
    lab.now += 2 * HOUR_MS;
    return token;
  },
  'AWSPENDING moved to the version that was current before': async (lab) => {
    await rotate(lab, lab.newToken());
    return lab.movePending(lab.version('AWSPREVIOUS'));
  },
};

/** These can never be proven, whatever the server says of other credentials. */
const HOPELESS: Readonly<Record<string, (lab: DirectCalls) => Promise<string>>> = {
  'a version without a value': async (lab) => {
    const token = lab.newToken();
    lab.secrets.beginRotation(lab.arn, token);
    return token;
  },
  'a value that a writer of the secret put there, with a version id of his choice': async (lab) =>
    lab.putPending('chosen-by-a-writer'.padEnd(36, '0'), WRONG),
  'such a value, when a version of another token was proven a moment ago': async (lab) => {
    await lab.proven();
    lab.movePending(lab.version('AWSCURRENT'));
    return lab.putPending('chosen-by-a-writer'.padEnd(36, '0'), WRONG);
  },
  'such a value, when the current version was proven a moment ago': async (lab) => {
    await rotate(lab, lab.newToken());
    return lab.putPending('chosen-by-a-writer'.padEnd(36, '0'), WRONG);
  },
};

describe.each(KINDS)('finishSecret, called directly: %s', (_kind, makeSubject) => {
  it.each(Object.entries(UNPROVEN))(
    'with %s: moves nothing while no login proves it',
    async (_name, prepare) => {
      const lab = await DirectCalls.begin(makeSubject);
      const token = await prepare(lab);
      const before = lab.version('AWSCURRENT');
      lab.isServerDown = true;
      await expect(lab.step('finishSecret', token)).rejects.toThrow('the pending credential');
      expect(lab.version('AWSCURRENT')).toBe(before);
      expect(lab.works('AWSCURRENT')).toBe(true);
      expect([...lab.watch.violations]).toEqual([]);
    },
  );

  it.each(Object.entries(UNPROVEN))(
    'with %s: proves it by fresh logins, or moves nothing',
    async (_name, prepare) => {
      const lab = await DirectCalls.begin(makeSubject);
      const token = await prepare(lab);
      const [before, logins] = [lab.version('AWSCURRENT'), lab.logins];
      const result = await lab.step('finishSecret', token).catch(() => 'rejected');
      expect(lab.logins - logins).toBeGreaterThanOrEqual(2);
      expect(lab.version('AWSCURRENT')).toBe(result === 'promoted' ? token : before);
      expect(lab.works('AWSCURRENT')).toBe(true);
      expect([...lab.watch.violations]).toEqual([]);
    },
  );

  it.each(Object.entries(HOPELESS))('with %s: rejects, and the label stays', async (_name, prepare) => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await prepare(lab);
    const [before, promotions] = [lab.version('AWSCURRENT'), lab.promotions().length];
    await expect(lab.step('finishSecret', token)).rejects.toThrow(
      /cannot be proven|not proven in time|no value/,
    );
    expect(lab.version('AWSCURRENT')).toBe(before);
    expect(lab.promotions()).toHaveLength(promotions);
    expect(lab.works('AWSCURRENT')).toBe(true);
  });

  it('with a password set again after the proof, by a late setSecret: proves it again where it was', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.proven();
    const { logins } = lab;
    lab.now += MINUTE_MS;
    await lab.step('setSecret', token);
    expect(await lab.step('finishSecret', token)).toBe('promoted');
    expect(lab.logins - logins).toBe(lab.subject.provider.kind === 'setting' ? 2 : 0);
    expect([...lab.watch.violations]).toEqual([]);
  });

  it('with the proof of this version: promotes it without another login', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.proven();
    const { logins } = lab;
    expect(await lab.step('finishSecret', token)).toBe('promoted');
    expect([lab.logins - logins, lab.version('AWSCURRENT')]).toEqual([0, token]);
  });

  it('puts nothing off that was due sooner than its overlap ends: a look finds out, a minute later', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.proven();
    const agenda = new MemoryAgenda();
    const soon = { versionId: null, dueAt: lab.now + HOUR_MS };
    await agenda.put(lab.arn, soon);
    expect(await lab.step('finishSecret', token, { agenda })).toBe('promoted');
    const { versionId, dueAt } = (await agenda.find(lab.arn)) ?? expect.fail('not on the agenda');
    expect(versionId).toBe(token);
    expect(dueAt).toBeGreaterThan(lab.now);
    expect(dueAt).toBeLessThanOrEqual(soon.dueAt);
  });

  it('with a ledger that was lost: proves again, writes the proof down, and says so in the event', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.proven();
    const [ledger, from, { logins }] = [new MemoryLedger(), lab.version('AWSCURRENT'), lab];
    expect(await lab.step('finishSecret', token, { ledger })).toBe('promoted');
    expect(lab.logins - logins).toBe(2);
    expect(await ledger.proofOf(lab.arn, token)).toMatchObject({ token, provenBy: 'finishSecret' });
    const details = { versionId: token, from, who: 'schedule', provenBy: 'finishSecret' };
    expect(ledger.events.at(-1)).toMatchObject({ event: 'credential.promotion', details });
  });

  it('with a ledger that cannot be read: rejects without a login, and moves nothing', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.proven();
    const [before, { logins }] = [lab.version('AWSCURRENT'), lab];
    const down = async () => {
      throw new Error('the table is unreachable');
    };
    const ledger = new MemoryLedger();
    ledger.proofOf = down;
    await expect(lab.step('finishSecret', token, { ledger })).rejects.toThrow('unreachable');
    expect([lab.version('AWSCURRENT'), lab.logins - logins]).toEqual([before, 0]);
    expect(lab.works('AWSCURRENT') || !lab.subject.overlaps).toBe(true);
  });

  it('with a ledger that takes no event: moves nothing', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.proven();
    const before = lab.version('AWSCURRENT');
    const { ledger } = lab;
    ledger.recordEvent = async () => {
      throw new Error('the table takes nothing');
    };
    await expect(lab.step('finishSecret', token)).rejects.toThrow('takes nothing');
    expect(lab.version('AWSCURRENT')).toBe(before);
  });

  it('stops when AWSPENDING is taken away while it logs in', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.set();
    const before = lab.version('AWSCURRENT');
    const ports = lab.ports();
    const login: RotationPorts['login'] = (credential, budgetMs) => {
      lab.removePendingByHand();
      return ports.login(credential, budgetMs);
    };
    await expect(lab.step('finishSecret', token, { login })).rejects.toThrow('not associated');
    expect(lab.version('AWSCURRENT')).toBe(before);
  });
});

describe('the event of a promotion', () => {
  const [[, makeSubject]] = KINDS as [(typeof KINDS)[number]];

  it.each(['rotate', 'compromised'])(
    'names the operator who asked for it by `%s`, and why',
    async (operation) => {
      const lab = await DirectCalls.begin(makeSubject);
      const from = lab.version('AWSCURRENT');
      const token = await lab.proven();
      lab.requests.set(token, { operation, secretArn: lab.arn, who: ADA, reason: 'INC-7' });
      await lab.step('finishSecret', token);
      expect(lab.promotions().at(-1)).toEqual({
        versionId: token,
        from,
        who: ADA,
        reason: 'INC-7',
        provenBy: 'testSecret',
      });
    },
  );

  it.each([
    ['of another secret', { operation: 'rotate', secretArn: 'arn:aws:secretsmanager:::secret:other-AbCdEf' }],
    ['that rotates nothing', { operation: 'doctor' }],
  ])(
    'does not blame the operator of an operation %s, whose id somebody took as token',
    async (_name, other) => {
      const lab = await DirectCalls.begin(makeSubject);
      const token = await lab.proven();
      const asked = { operation: 'rotate', secretArn: lab.arn, who: ADA, reason: null };
      lab.requests.set(token, { ...asked, ...other });
      await lab.step('finishSecret', token);
      expect(lab.promotions().at(-1)).toMatchObject({
        who: 'schedule',
        reason: expect.stringContaining('schedule'),
      });
    },
  );

  it('is written once for one promotion; what is current already has none', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.proven();
    const before = lab.promotions().length;
    await lab.step('finishSecret', token);
    expect(await lab.step('finishSecret', token)).toBe('already-current');
    expect(lab.promotions().length - before).toBe(1);
  });

  it('is written before the label moves, and holds no password', async () => {
    const lab = await DirectCalls.begin(makeSubject);
    const token = await lab.proven();
    const passwords = everyLogin(lab.credential('AWSPENDING') ?? expect.fail()).map((one) =>
      one.password.reveal(),
    );
    const { store } = lab.ports();
    const seen: number[] = [];
    const move = store.moveCurrent.bind(store);
    store.moveCurrent = (...args) => {
      seen.push(lab.promotions().filter(({ versionId }) => versionId === token).length);
      return move(...args);
    };
    await lab.step('finishSecret', token);
    expect(seen).toEqual([1]);
    const told = JSON.stringify(lab.ledger.events);
    expect(passwords.filter((password) => told.includes(password))).toEqual([]);
  });
});

/** The store, once an administrator has taken away the tag that allowed the endpoint. */
function withoutTag({ store }: RotationPorts): Pick<RotationPorts, 'store'> {
  const describe = store.describe.bind(store);
  store.describe = async (id) => {
    const found = await describe(id);
    return found.kind === 'found' ? { ...found, tags: { 'keyturn:managed': 'true' } } : found;
  };
  return { store };
}

it('a single login that cannot be made to work again is told, for mail may have stopped', async () => {
  const lab = await DirectCalls.begin(SUBJECTS['setting, one login']);
  const token = await lab.set();
  const told = vi.spyOn(logger, 'error').mockImplementation(() => {});
  const ports = lab.ports();
  const providerFor: typeof ports.providerFor = (...about) =>
    Object.assign(ports.providerFor(...about), { set: () => Promise.reject(new Error('canary-5d2f')) });
  const step = lab.step('testSecret', token, { ...withoutTag(ports), providerFor });
  await expect(step).rejects.toMatchObject({ reason: 'endpoint-changed' });
  expect(told.mock.calls).toEqual([
    [
      'credential.not-restored',
      { event: 'credential.not-restored', secretArn: lab.arn, versionId: token, error: 'Error' },
    ],
  ]);
});

it.each(['setSecret', 'testSecret', 'finishSecret'] as const)(
  'a single login works again when its endpoint is refused in %s, after its new password was set',
  async (step) => {
    const lab = await DirectCalls.begin(SUBJECTS['setting, one login']);
    const token = await lab.set();
    await expect(lab.step(step, token, withoutTag(lab.ports()))).rejects.toMatchObject({
      reason: 'endpoint-changed',
    });
    expect(lab.subject.accepts(lab.credential('AWSCURRENT') ?? expect.fail('none'), true)).toBe(true);
  },
);
