import { beforeAll, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../../functions/providers/provider.ts';
import { caDigest } from '../../../../functions/secrets/endpoint.ts';
import { createAuthority } from '../../../../sandbox/certificates.ts';
import { FAULT_KINDS } from '../../../support/aws/faults.ts';
import { HOUR_MS } from '../rotate/enumeration/lab.ts';
import { ModelSes } from '../rotate/enumeration/model-ses.ts';
import { SUBJECTS } from '../rotate/enumeration/providers.ts';
import { OperationLab, type SubjectName } from './operation-lab.ts';

const SES = 'issuing, reversible (Amazon SES)';
const ELSEWHERE = { host: 'mail.example.net', port: 2525, security: 'starttls' };
const NAMED = 'mail.example.net:2525';

const MINUTE = 60_000;

let authority: string;
beforeAll(async () => {
  authority = (await createAuthority('The company\u001b[2J CA')).cert;
});

async function rotated(subject: SubjectName = SES): Promise<OperationLab> {
  const lab = new OperationLab(SUBJECTS[subject]);
  await lab.rotate();
  lab.now += 30 * 24 * HOUR_MS;
  await lab.rotate();
  lab.now += HOUR_MS;
  return lab;
}

let written = 0;

/** PutSecretValue of the current value with these fields in it. */
function write(lab: OperationLab, fields: object, labels = ['AWSCURRENT', 'AWSPENDING']): string {
  const id = `written-${++written}`.padEnd(36, '0');
  const value = JSON.parse(lab.secrets.valueOf(lab.arn, 'AWSCURRENT') ?? '{}');
  lab.secrets.find(lab.arn).put(id, JSON.stringify({ ...value, ...fields }), labels, lab.now);
  return id;
}

const accept = (lab: OperationLab, endpoint = NAMED) =>
  lab.operate(lab.operation('accept-endpoint', false, endpoint));

/** As Lambda does with an invocation that died, and an operator with one that failed. */
async function acceptedAtLast(lab: OperationLab): Promise<void> {
  const operation = lab.operation('accept-endpoint', false, NAMED);
  for (let tries = 0; tries < 3; tries += 1) {
    const ended = await lab.operate(operation).catch(() => null);
    if (ended?.result === 'accepted') return;
  }
}

const keysOf = (lab: OperationLab) =>
  lab.subject instanceof ModelSes ? [...lab.subject.iam.keys.keys()] : [];

const refused = {
  result: 'not-possible',
  message: expect.stringMatching(
    /^endpoint-changed: the secret names smtp:\/\/mail\.example\.net:2525, .* its host .*keyturn accept-endpoint keyturn\/orders mail\.example\.net:2525$/,
  ),
};

describe('a changed endpoint', () => {
  it.each(['rotate', 'compromised'] as const)(
    'is why %s is refused at once, and nothing is made',
    async (name) => {
      const lab = await rotated();
      const before = keysOf(lab);
      write(lab, ELSEWHERE);
      expect(await lab.operate(lab.operation(name))).toMatchObject(refused);
      expect([keysOf(lab), lab.steps()]).toEqual([before, []]);
    },
  );

  it('is an issue of doctor, with what to do, and doctor logs in nowhere', async () => {
    const lab = await rotated();
    write(lab, ELSEWHERE);
    let logins = 0;
    const ports = {
      ...lab.operationPorts(),
      login: () => Promise.reject(new Error(`login ${++logins}`)),
    };
    const { issues } = await lab.operate(lab.operation('doctor', true), ports);
    expect(issues).toMatchObject([
      {
        code: 'rotation-not-possible',
        reason: 'endpoint-changed',
        fix: null,
        state: expect.stringContaining(`keyturn/orders ${NAMED}`),
      },
    ]);
    expect(logins).toBe(0);
  });

  it('keeps rollback from a previous version that nobody would be sent to', async () => {
    const lab = await rotated();
    const hostile = write(lab, ELSEWHERE, ['AWSPREVIOUS', 'AWSPENDING']);
    const current = lab.secrets.find(lab.arn).holder('AWSCURRENT')?.id;
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({ result: 'not-possible' });
    expect(lab.secrets.find(lab.arn).holder('AWSCURRENT')?.id).toBe(current);
    expect(lab.secrets.find(lab.arn).version(hostile)?.labels).toContain('AWSPREVIOUS');
    expect(lab.steps()).toEqual([]);
  });

  it('in the current version does not keep rollback from a previous one that is in order', async () => {
    const lab = await rotated();
    write(lab, { ...ELSEWHERE, provider: { type: 'manual' } });
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({ result: 'rolled-back' });
    expect(lab.works('AWSCURRENT')).toBe(true);
  });
});

describe('accept-endpoint', () => {
  it('lets the next rotation go there, and says and records to the letter what was accepted, by whom and why', async () => {
    const lab = await rotated('issuing under names (SendGrid, Resend)');
    write(lab, { ...ELSEWHERE, ca: authority });
    const digest = caDigest(authority);
    const { result, message } = await accept(lab);
    expect(result).toBe('accepted');
    expect(message).toContain(
      `host mail.example.net, port 2525, STARTTLS, the CA CN=The company\\1B[2J CA (SHA-256 ${digest})`,
    );
    expect(lab.events.find(({ event }) => event === 'credential.endpoint-accepted')).toMatchObject({
      who: 'arn:aws:iam::123456789012:user/ada',
      reason: 'a test',
      endpoint: `smtp://mail.example.net:2525 ca=${digest}`,
    });
    expect(await lab.operate(lab.operation('rotate'))).toMatchObject({ result: 'rotated' });
    expect(lab.credential('AWSCURRENT')?.endpoint).toMatchObject(ELSEWHERE);
  });

  it.each([
    'mail.example.com:2525',
    'mail.example.net:25',
    'mail.example.net',
    'smtp://mail.example.net:2525',
    '',
  ])('accepts nothing that does not stand there, and says what does: %j', async (named) => {
    const lab = await rotated();
    write(lab, ELSEWHERE);
    const ended = await accept(lab, named);
    expect(ended).toMatchObject({ result: 'not-possible' });
    expect(ended.message).toContain(
      'There stand: host smtp.example.com, port 465, TLS, public certificates; host mail.example.net',
    );
    expect(await lab.operate(lab.operation('rotate'))).toMatchObject(refused);
  });

  it('says that nobody can tell where passwords may go while the administrator is of no use', async () => {
    const lab = await rotated('issuing under names (SendGrid, Resend)');
    const ports = lab.operationPorts();
    const useless = new ProviderError('unauthorized', 'the admin secret is of no use');
    const providerFor: typeof ports.providerFor = (...about) =>
      Object.assign(ports.providerFor(...about), { endpoints: () => Promise.reject(useless) });
    write(lab, ELSEWHERE);
    const ended = await lab.operate(lab.operation('accept-endpoint', false, NAMED), {
      ...ports,
      providerFor,
    });
    expect(ended).toMatchObject({
      result: 'not-possible',
      message: expect.stringMatching(/the admin secret is of no use.*Put it right/),
    });
  });

  it('repeats nothing out of the name of a CA that is a mail address or looks like a password', async () => {
    const lab = await rotated('issuing under names (SendGrid, Resend)');
    const { cert } = await createAuthority('ada@example.com BPq7wKx93VbtRm2LpJ8ZcY4d');
    write(lab, { ...ELSEWHERE, ca: cert });
    const ended = await accept(lab);
    expect(ended.result).toBe('accepted');
    const event = lab.events.find((one) => one.event === 'credential.endpoint-accepted');
    for (const text of [ended.message, JSON.stringify(event)])
      expect(text).not.toMatch(/ada@example|BPq7wKx93VbtRm2LpJ8ZcY4d/);
    expect(event).toMatchObject({ authorities: ['[address] [redacted]'] });
  });

  it('accepts port, security and CA only as they stood there when it looked: a later change is refused', async () => {
    for (const later of [{ security: 'tls' }, { ca: authority }, { port: 2526 }, { host: 'evil.example' }]) {
      const lab = await rotated();
      write(lab, ELSEWHERE);
      const { onCall } = lab.faults;
      let changed = false;
      lab.faults.onCall = () => {
        onCall();
        if (changed || lab.steps().length === 0) return;
        changed = true;
        write(lab, { ...ELSEWHERE, ...later });
      };
      expect(await accept(lab)).toMatchObject({
        result: 'accepted',
        message: expect.stringContaining('STARTTLS, public'),
      });
      expect(changed).toBe(true);
      expect(await lab.operate(lab.operation('rotate'))).toMatchObject({ result: 'not-possible' });
    }
  });

  it('takes any spelling of the host, and needs no acceptance twice', async () => {
    const lab = await rotated();
    write(lab, { ...ELSEWHERE, host: '2001:DB8:0::25' });
    expect(await accept(lab, '[2001:db8::0025]:2525')).toMatchObject({ result: 'accepted' });
    expect(await accept(lab, '[2001:db8::25]:2525')).toMatchObject({
      result: 'accepted',
      message: expect.stringContaining('Nothing had to be accepted'),
    });
    expect(lab.events.filter(({ event }) => event === 'credential.endpoint-accepted')).toHaveLength(1);
  });

  it('chooses none of two that trust the same host and port differently', async () => {
    const lab = await rotated();
    write(lab, ELSEWHERE, ['AWSCURRENT']);
    write(lab, { ...ELSEWHERE, ca: authority }, ['AWSPENDING']);
    expect(await accept(lab)).toMatchObject({
      result: 'not-possible',
      message: expect.stringMatching(/public certificates; .*SHA-256/),
    });
  });

  it('ends as it would have, asked for again after a fault at any I/O call, and is recorded', {
    timeout: MINUTE,
  }, async () => {
    const prepared = async () => {
      const lab = await rotated();
      write(lab, ELSEWHERE);
      lab.faults.revive();
      return lab;
    };
    const first = await prepared();
    await accept(first);
    const { calls } = first.faults;
    for (const kind of FAULT_KINDS) {
      for (let at = 1; at <= calls; at += 1) {
        const lab = await prepared();
        lab.faults.plan(at, kind);
        await acceptedAtLast(lab);
        expect(await lab.ledger.acceptedEndpoints(lab.arn), `${kind} at ${at}`).toMatchObject([ELSEWHERE]);
        expect(lab.events.map(({ event }) => event)).toContain('credential.endpoint-accepted');
      }
    }
  });
});
