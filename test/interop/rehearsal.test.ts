import { describe, expect, inject, test } from 'vitest';
import { OptInTests } from '../../functions/audit/facts/mail-host.ts';
import { NOTHING_HEARD, rehearse } from '../../functions/audit/facts/rehearsal.ts';
import { type AuditSettings, OPT_IN_CHECKS } from '../../functions/audit/settings.ts';
import type { Credential } from '../../functions/providers/secret.ts';
import { Redacted } from '../../functions/secrets/redacted.ts';
import { login } from '../../functions/smtp/login.ts';
import { resultOf } from '../../functions/smtp/login-result.ts';
import { tryRelay } from '../../functions/smtp/probe/misuse.ts';
import { soundFacts } from '../functions/audit/sound-facts.ts';
import { loopbackNetwork } from '../support/loopback-network.ts';
import { PLAIN_VARIANT, SECURITIES, SERVERS, type Server } from './servers.ts';

const AMPLE_MS = 20_000;
const { targets, accounts } = inject('interop');
const SIDES = SERVERS.flatMap((server) =>
  [PLAIN_VARIANT, 'strong'].flatMap((variant) =>
    SECURITIES.map((security) => ({ server, variant, security })),
  ),
);
const optIns = [{ host: 'localhost', checks: [...OPT_IN_CHECKS], recipient: 'ada@mailbox.example.org' }];
const policy: AuditSettings = { ...soundFacts.settings, optIns };

/** Postfix of Debian 12 takes bare line feeds until it is told not to; this Exim has no rule for recipients, so has none. */
const MESSAGES: Readonly<Record<Server, (variant: string) => object>> = {
  Postfix: (variant) => ({ canary: { code: 250 }, bareLf: variant === 'strong' ? 'none' : { code: 250 } }),
  'Dovecot submission': () => ({ canary: { code: 250 }, bareLf: { code: 250 } }),
  Exim: () => ({ canary: { code: 550 }, bareLf: null }),
};

describe.each(SIDES)('$server, $variant, over $security', ({ server, variant, security }) => {
  const target = targets[`${server}: ${variant}`];
  const endpoint = { host: 'localhost', port: target?.[security] ?? 0, security, ca: target?.ca ?? '' };
  const network = loopbackNetwork(endpoint);
  const credential: Credential = {
    endpoint,
    username: accounts.username,
    password: new Redacted(accounts.password),
    from: 'orders@shop.example.com',
  };

  test('takes the sender and a message after a login', async () => {
    const heard = { ...NOTHING_HEARD };
    const evidence = await login(credential, AMPLE_MS, network, rehearse(credential, policy, heard));
    expect(resultOf(evidence).verdict).toBe('valid');
    expect(heard).toMatchObject({ sender: { code: 250 }, ...MESSAGES[server](variant) });
  });

  test('refuses a login that was made up, and relays for nobody', async () => {
    const tests = new OptInTests({
      attempt: async (made, budgetMs) => {
        const evidence = await login(made, budgetMs, network);
        return { result: resultOf(evidence), evidence };
      },
      relay: (place, recipient, budgetMs) => tryRelay(place, recipient, budgetMs, network),
    });
    const { negativeControl, openRelay } = await tests.of(endpoint, optIns, AMPLE_MS);
    expect(negativeControl).toMatchObject({ known: true, value: { result: { verdict: 'rejected' } } });
    expect(openRelay).toMatchObject({ known: true, value: { result: 'answered' } });
    if (openRelay !== null && openRelay !== 'no-recipient' && openRelay.known)
      expect(openRelay.value).toHaveProperty(
        'code',
        expect.toSatisfy((code: number) => code >= 500),
      );
  });
});
