import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SettingProvider } from '../../../functions/providers/provider.ts';
import { newPassword, Redacted } from '../../../functions/secrets/redacted.ts';
import { type Fault, LOST, loginVerdict, rejection, type Subject, smtpSideOf } from './conformance.ts';

export interface Setter extends Subject {
  readonly provider: SettingProvider;
}

/** What every provider that takes our passwords must do; `faults` are those that can happen on its way. */
export function conformsAsSetter(
  start: () => Promise<Setter>,
  faults: readonly Fault[] = ['unauthorized', 'rate-limited', 'broken', 'slow', ...LOST],
): void {
  let setter: Setter;
  let login: string;
  beforeEach(async () => {
    setter = await start();
    [login] = setter.provider.logins;
  });
  afterEach(() => setter.close());

  const password = () => newPassword(setter.provider.passwordLimit);
  const works = (secret: Redacted) => setter.accepts(login, secret.reveal());

  test('a new password logs in over SMTP, and the one before does not', async () => {
    const server = await smtpSideOf(setter);
    const [old, fresh] = [password(), password()];
    await setter.provider.set(login, old);
    await setter.provider.set(login, fresh);
    expect(await loginVerdict(server, login, fresh.reveal())).toBe('valid');
    expect(await loginVerdict(server, login, old.reveal())).toBe('rejected');
    await server.close();
  });

  test('two logins work side by side: the password of one does not touch the other', async () => {
    const [first, second] = setter.provider.logins;
    if (second === undefined) return expect(setter.provider.logins).toHaveLength(1);
    const [one, two] = [password(), password()];
    await setter.provider.set(first, one);
    await setter.provider.set(second, two);
    expect(setter.accepts(first, one.reveal())).toBe(true);
    expect(setter.accepts(second, two.reveal())).toBe(true);
    expect(setter.accepts(second, one.reveal())).toBe(false);
  });

  test('to set the same password again changes nothing', async () => {
    const same = password();
    await setter.provider.set(login, same);
    await setter.provider.set(login, same);
    expect(works(same)).toBe(true);
  });

  test('a password as long as it may be is taken whole', async () => {
    const longest = new Redacted('p'.repeat(setter.provider.passwordLimit ?? 256));
    await setter.provider.set(login, longest);
    expect(works(longest)).toBe(true);
    expect(works(new Redacted(longest.reveal().slice(0, -1)))).toBe(false);
  });

  test('a login that does not exist is refused, and is not made', async () => {
    const fresh = password();
    const unknown = login.replace(/^[^@]*/, 'nobody');
    expect(await rejection(setter, setter.provider.set(unknown, fresh))).toBe('refused');
    expect(setter.accepts(unknown, fresh.reveal())).toBe(false);
  });

  test.each(LOST.filter((lost) => faults.includes(lost)))(
    '%s: when the answer is lost, the password works all the same, or after it was set again',
    async (fault) => {
      const fresh = password();
      setter.fail(fault);
      await setter.provider.set(login, fresh).catch(async (error: unknown) => {
        expect(await rejection(setter, Promise.reject(error))).toBe('ambiguous');
      });
      await setter.provider.set(login, fresh);
      expect(works(fresh)).toBe(true);
    },
  );

  const refusals: readonly (readonly [Fault, string])[] = [
    ['unauthorized', 'unauthorized'],
    ['rate-limited', 'rate-limited'],
    ['broken', 'ambiguous'],
  ];
  test.each(refusals.filter(([fault]) => faults.includes(fault)))(
    '%s: it is rejected as %s, and the password before still works',
    async (fault, reason) => {
      const [old, fresh] = [password(), password()];
      await setter.provider.set(login, old);
      setter.fail(fault, 20);
      expect(await rejection(setter, setter.provider.set(login, fresh))).toBe(reason);
      expect(works(old)).toBe(true);
    },
  );

  test('no error says the new password', async () => {
    const fresh = password();
    setter.fail(faults.includes('unauthorized') ? 'unauthorized' : 'broken', 20);
    const withPassword = { ...setter, secrets: () => [...setter.secrets(), fresh.reveal()] };
    await rejection(withPassword, setter.provider.set(login, fresh));
  });
}
