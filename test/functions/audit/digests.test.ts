import { describe, expect, it } from 'vitest';
import { type Claim, Digests, type Mail, type Send } from '../../../functions/audit/notify/digests.ts';
import { AcceptedRisks, credentialReport } from '../../../functions/audit/report/credential-report.ts';
import type { Finding } from '../../../functions/audit/run/run.ts';
import { examined, RUN } from './report/examinations.ts';

const NO_RISKS = new AcceptedRisks([], RUN.startedAt);
const FAILURE: Finding = {
  check: 'cred.login',
  status: 'fail',
  evidence: 'Refused.',
  firstSeenAt: RUN.startedAt,
};
const WARNING: Finding = {
  check: 'secret.cmk',
  status: 'warn',
  evidence: 'Default key.',
  firstSeenAt: RUN.startedAt,
};

const report = (name: string, findings: readonly Finding[], risks = NO_RISKS) =>
  credentialReport({ ...examined(name), findings }, risks);

const ALWAYS: Claim = async () => true;

async function delivered(digests: Digests, send?: Send, claim = ALWAYS) {
  const mails = new Map<string, Mail>();
  const keep: Send = async (to, mail) => void mails.set(to, mail);
  return { result: await digests.send(RUN.startedAt, claim, send ?? keep), mails };
}

describe('the digests', () => {
  it('tell each owner of their own findings, and of nobody else’s', async () => {
    const digests = new Digests();
    digests.add(report('mail/ada', [FAILURE]), 'ada@example.com');
    digests.add(report('mail/ada-too', [WARNING]), 'Ada@example.com');
    digests.add(report('mail/bob', [FAILURE]), 'bob@example.com');
    digests.add(report('mail/nobody', [FAILURE]), null);
    const { result, mails } = await delivered(digests);
    expect(result).toEqual({ sent: 2, sentBefore: 0, failed: 0, skipped: 0, errors: [] });
    expect(mails.get('ada@example.com')?.subject).toContain('1 failure, 1 warning');
    expect(mails.get('ada@example.com')?.text).toMatch(/mail\/ada\n[\s\S]*mail\/ada-too\n/);
    expect(mails.get('ada@example.com')?.text).not.toContain('mail/bob');
    expect(mails.get('bob@example.com')?.text).not.toMatch(/mail\/(ada|nobody)/);
  });

  it('are not sent to who has nothing to do, nor for risks that are accepted', async () => {
    const digests = new Digests();
    digests.add(report('mail/sound', [{ ...FAILURE, status: 'pass', firstSeenAt: null }]), 'ada@example.com');
    const risk = { secret: 'mail/known', check: 'cred.login', reason: 'Known.', until: '2026-12-31' };
    digests.add(report('mail/known', [FAILURE], new AcceptedRisks([risk], RUN.startedAt)), 'bob@example.com');
    expect((await delivered(digests)).mails.size).toBe(0);
  });

  it('go on when one cannot be sent, and say so without the address', async () => {
    const digests = new Digests();
    for (const owner of ['ada@example.com', 'bob@example.com'])
      digests.add(report('mail/x', [FAILURE]), owner);
    const { result } = await delivered(digests, async (to) => {
      if (to.startsWith('ada')) throw Object.assign(new Error(`no ${to}`), { name: 'MessageRejected' });
    });
    expect(result).toEqual({ sent: 1, sentBefore: 0, failed: 1, skipped: 0, errors: ['MessageRejected'] });
  });

  it('are for one address once, however it is written, and for none that was written to before', async () => {
    const digests = new Digests();
    for (const owner of ['ada@example.com', 'ADA@example.com', 'bob@example.com'])
      digests.add(report('mail/x', [FAILURE]), owner);
    const { result, mails } = await delivered(
      digests,
      undefined,
      async (owner) => owner !== 'ada@example.com',
    );
    expect([...mails.keys()]).toEqual(['bob@example.com']);
    expect(result).toMatchObject({ sent: 1, sentBefore: 1, failed: 0 });
  });

  it('are not sent where it cannot be known whether they were before, and that is a failure', async () => {
    const digests = new Digests();
    digests.add(report('mail/x', [FAILURE]), 'ada@example.com');
    const { result, mails } = await delivered(digests, undefined, async () => {
      throw Object.assign(new Error('no'), { name: 'InternalServerError' });
    });
    expect(mails.size).toBe(0);
    expect(result).toMatchObject({ sent: 0, failed: 1, errors: ['InternalServerError'] });
  });

  it('stop when Amazon SES takes no more, and count all that it did not take', async () => {
    const digests = new Digests();
    for (let index = 0; index < 50; index += 1)
      digests.add(report('mail/x', [FAILURE]), `owner-${index}@example.com`);
    let tried = 0;
    const { result } = await delivered(digests, async () => {
      tried += 1;
      if (tried > 10) throw Object.assign(new Error('Daily message quota exceeded'), { name: 'Throttling' });
    });
    expect(tried).toBe(11);
    expect(result).toEqual({ sent: 10, sentBefore: 0, failed: 40, skipped: 0, errors: ['Throttling'] });
  });

  it.each([
    'team-shop',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@example.com, bob@example.com',
    'ada@example.com bob@example.com',
    'Ada <ada@example.com>',
    'ada@example.com\r\nBcc: bob@example.com',
    'ada@exa mple.com',
    'ada@-example.com',
    'ada..b@example.com',
    '"ada b"@example.com',
    'ädä@example.com',
    `${'a'.repeat(250)}@example.com`,
    'ada@example.com\u0000',
    '=cmd|x@',
  ])('skip and count an owner who is no address: %j', async (owner) => {
    const digests = new Digests();
    digests.add(report('mail/x', [FAILURE]), owner);
    const { result, mails } = await delivered(digests);
    expect([result.skipped, mails.size]).toEqual([1, 0]);
  });

  it.each(['ada@example.com', 'ada.b+c_d-e=f/g@mail.example.co.uk', 'a@b.museum', '1@1.de'])(
    'reach an owner who is one: %s',
    async (owner) => {
      const digests = new Digests();
      digests.add(report('mail/x', [FAILURE]), owner);
      expect([...(await delivered(digests)).mails.keys()]).toEqual([owner]);
    },
  );

  it('name the worst only, of any number', async () => {
    const digests = new Digests();
    for (let index = 0; index < 1000; index += 1)
      digests.add(report(`mail/${index}`, index === 900 ? [FAILURE] : [WARNING]), 'ada@example.com');
    const { mails } = await delivered(digests);
    const mail = mails.get('ada@example.com');
    expect(mail?.text).toMatch(/Failure[\s\S]*mail\/900\n[\s\S]*And 975 more/);
    expect(mail?.text.length).toBeLessThan(40_000);
  });
});
