import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IssuingProvider } from '../../../functions/providers/provider.ts';
import { type Fault, LOST, loginVerdict, rejection, type Subject, smtpSideOf } from './conformance.ts';

export interface Issuer extends Subject {
  readonly provider: IssuingProvider;
  /** Makes credentials that are not ours, by hand; returns their ids. */
  addForeign(count: number): readonly string[];
}

const NAME = 'keyturn/orders/11111111-2222-3333-4444-55555555';
/** More than one page of any provider that has pages. */
const MANY = 230;

/** What every provider that issues credentials must do, whatever goes wrong on the way. */
export function conformsAsIssuer(start: () => Promise<Issuer>): void {
  let issuer: Issuer;
  beforeEach(async () => {
    issuer = await start();
  });
  afterEach(() => issuer.close());
  const reject = (call: Promise<unknown>) => rejection(issuer, call);

  describe('makes and takes away', () => {
    test('a new credential logs in over SMTP, a removed one does not', async () => {
      const server = await smtpSideOf(issuer);
      const { id, username, password } = await issuer.provider.mint(NAME);
      expect(await loginVerdict(server, username, password.reveal())).toBe('valid');
      await issuer.provider.remove(id);
      expect(await loginVerdict(server, username, password.reveal())).toBe('rejected');
      await server.close();
    });

    test('two credentials work side by side', async () => {
      const [first, second] = [await issuer.provider.mint(NAME), await issuer.provider.mint(`${NAME}2`)];
      for (const { username, password } of [first, second]) {
        expect(issuer.accepts(username, password.reveal())).toBe(true);
      }
      expect(first.id).not.toBe(second.id);
    });

    test('what is gone already is removed with success, and nothing else is', async () => {
      const [foreign] = issuer.addForeign(1);
      const { id } = await issuer.provider.mint(NAME);
      await issuer.provider.remove(id);
      await issuer.provider.remove(id);
      expect((await issuer.provider.list()).map((one) => one.id)).toEqual([foreign]);
    });

    test('an id cannot reach anything but one credential', async () => {
      issuer.addForeign(1);
      for (const id of ['', '.', '..', '..', '?', '#']) {
        await issuer.provider.remove(id).catch(() => {});
      }
      expect(await issuer.provider.list()).toHaveLength(1);
    });
  });

  describe('says what there is', () => {
    test('all credentials are listed, however many pages they fill', async () => {
      const ids = issuer.addForeign(Math.min(MANY, issuer.provider.limit ?? MANY));
      expect((await issuer.provider.list()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    });

    test('a credential is listed under the name it was minted with, where the provider keeps names', async () => {
      const name = 'n'.repeat(issuer.provider.nameLimit ?? 1);
      const { id } = await issuer.provider.mint(name);
      const [listed] = await issuer.provider.list();
      expect(listed).toMatchObject({ id, active: true, name: issuer.provider.keepsNames ? name : null });
      expect(issuer.provider.nameLimit === null).toBe(!issuer.provider.keepsNames);
    });

    test('a use is told, where the provider says so', async () => {
      const { username, password } = await issuer.provider.mint(NAME);
      expect(await issuer.provider.list()).toMatchObject([{ lastUsedAt: null, lastUsedBy: null }]);
      expect(issuer.accepts(username, password.reveal())).toBe(true);
      const [{ lastUsedAt } = { lastUsedAt: undefined }] = await issuer.provider.list();
      expect(typeof lastUsedAt).toBe(issuer.provider.lastUsed ? 'number' : 'object');
    });

    test('a credential is switched off and on, where that can be reversed, and else not touched', async () => {
      const { provider: keys, accepts } = issuer;
      const { id, username, password } = await keys.mint(NAME);
      const works = () => accepts.call(issuer, username, password.reveal());
      if (!keys.reversible) {
        expect(await reject(keys.deactivate(id))).toBe('refused');
        expect(await reject(keys.reactivate(id))).toBe('refused');
        return expect(works()).toBe(true);
      }
      await keys.deactivate(id);
      expect([works(), (await keys.list())[0]?.active]).toEqual([false, false]);
      await keys.reactivate(id);
      expect([works(), (await keys.list())[0]?.active]).toEqual([true, true]);
    });

    test('at the limit a mint is refused, and nothing is made', async () => {
      const { limit } = issuer.provider;
      if (limit === null) return expect(issuer.addForeign(MANY)).toHaveLength(MANY);
      issuer.addForeign(limit);
      expect(await reject(issuer.provider.mint(NAME))).toBe('refused');
      expect(await issuer.provider.list()).toHaveLength(limit);
    });
  });

  describe('when the answer to a mint is lost', () => {
    test.each(LOST)(
      '%s: it is ambiguous, is not done twice, and what was made is found and removed',
      async (fault) => {
        issuer.fail(fault);
        const before = Date.now();
        expect(await reject(issuer.provider.mint(NAME))).toBe('ambiguous');
        expect(issuer.writes()).toBe(1);
        const [made, ...more] = await issuer.provider.list();
        expect(more).toEqual([]);
        if (issuer.provider.keepsNames) expect(made?.name).toBe(NAME);
        else expect(made?.createdAt).toBeGreaterThanOrEqual(before - 1000);
        await issuer.provider.remove(made?.id ?? '');
        expect(await issuer.provider.list()).toEqual([]);
      },
    );
  });

  describe('when the answer to a removal is lost', () => {
    test.each(LOST)('%s: to remove again is success', async (fault) => {
      const { id } = await issuer.provider.mint(NAME);
      issuer.fail(fault);
      await issuer.provider.remove(id).catch((error: unknown) => reject(Promise.reject(error)));
      await issuer.provider.remove(id);
      expect(await issuer.provider.list()).toEqual([]);
    });
  });

  describe('when a list fails', () => {
    const cases: readonly (readonly [Fault, string])[] = [
      ['unauthorized', 'unauthorized'],
      ['rate-limited', 'rate-limited'],
      ['broken', 'unavailable'],
      ['unanswered', 'unavailable'],
      ['half', 'unavailable'],
      ['garbage', 'protocol'],
      ['silent', 'unavailable'],
    ];
    test.each(cases)('%s: it is rejected as %s, never half a list', async (fault, reason) => {
      issuer.addForeign(2);
      issuer.fail(fault, 20);
      expect(await reject(issuer.provider.list())).toBe(reason);
    });

    test('a slow answer is waited for', async () => {
      const ids = issuer.addForeign(2);
      issuer.fail('slow');
      expect((await issuer.provider.list()).map(({ id }) => id)).toEqual(ids);
    });

    test('a fault that passes is not seen', async () => {
      issuer.addForeign(2);
      issuer.fail('broken');
      expect(await issuer.provider.list()).toHaveLength(2);
    });
  });

  describe('when a mint or a removal is not carried out', () => {
    const refusals: readonly (readonly [Fault, string])[] = [
      ['unauthorized', 'unauthorized'],
      ['rate-limited', 'rate-limited'],
      ['broken', 'ambiguous'],
    ];
    test.each(refusals)('%s: a mint is rejected as %s, and nothing was made', async (fault, reason) => {
      issuer.fail(fault, 20);
      expect(await reject(issuer.provider.mint(NAME))).toBe(reason);
      issuer.fail(fault, 0);
      expect(await issuer.provider.list()).toEqual([]);
    });

    test.each(refusals)('%s: a removal is rejected, and the credential is still there', async (fault) => {
      const { id } = await issuer.provider.mint(NAME);
      issuer.fail(fault, 20);
      await reject(issuer.provider.remove(id));
      issuer.fail(fault, 0);
      expect(await issuer.provider.list()).toMatchObject([{ id }]);
    });
  });
}
