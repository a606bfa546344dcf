import { afterAll, describe, inject, test } from 'vitest';
import type { AuthMethod } from '../../functions/secrets/credential.ts';
import { loopbackNetwork } from '../support/loopback-network.ts';
import { portOf, prove, tally } from './attempt.ts';
import { behave, WRONG } from './behaviours/behave.ts';
import { BEHAVIOURS, SECURITIES, SERVERS } from './servers.ts';
import { MECHANISMS } from './variant.ts';

const { accounts } = inject('interop');
const TOKEN_MECHANISMS: readonly AuthMethod[] = ['XOAUTH2', 'OAUTHBEARER'];
const PASSWORD_MECHANISMS = MECHANISMS.filter((mechanism) => !TOKEN_MECHANISMS.includes(mechanism));
const SIDES = SERVERS.flatMap((server) => SECURITIES.map((security) => ({ server, security })));

const takesToken = (mechanism: AuthMethod) => TOKEN_MECHANISMS.includes(mechanism);
const refusal = (mechanism: AuthMethod) => (takesToken(mechanism) ? 'token-rejected' : 'rejected');

afterAll(() => console.log(`${tally.logins} logins at real servers, ${tally.right} judged rightly`));

describe.concurrent.each(SIDES)('$server on $security', (side) => {
  describe.each(MECHANISMS)('%s', (mechanism) => {
    const used = mechanism;

    test('the right secret is valid when it is named among all', () =>
      prove({ ...side, authMethod: mechanism }, { verdict: 'valid', authSent: true, used }));

    test('a wrong secret is refused when it is named among all', () =>
      prove(
        { ...side, authMethod: mechanism, password: WRONG },
        { verdict: refusal(mechanism), authSent: true, used },
      ));

    // Only `authMethod` makes a secret a token.
    const authMethod = takesToken(mechanism) ? mechanism : undefined;

    test('the right secret is valid when the server offers nothing else', () =>
      prove({ ...side, variant: mechanism, authMethod }, { verdict: 'valid', authSent: true, used }));

    test('a wrong secret is refused when the server offers nothing else', () =>
      prove(
        { ...side, variant: mechanism, authMethod, password: WRONG },
        { verdict: refusal(mechanism), authSent: true, used },
      ));

    test.each(MECHANISMS.filter((other) => other !== mechanism))(
      'nothing is sent when %s is named and the server offers nothing but it',
      (other) =>
        prove(
          { ...side, variant: mechanism, authMethod: other },
          { verdict: 'mechanism-unsupported', authSent: false },
        ),
    );
  });

  test('of all mechanisms SCRAM-SHA-256 is chosen', () =>
    prove(side, { verdict: 'valid', authSent: true, used: 'SCRAM-SHA-256' }));

  test.each(TOKEN_MECHANISMS)('a password is not sent as a token when there is only %s', (variant) =>
    prove({ ...side, variant }, { verdict: 'mechanism-unsupported', authSent: false }),
  );

  test.each(PASSWORD_MECHANISMS)('%s carries a password of unusual characters', (authMethod) =>
    prove({ ...side, authMethod, ...accounts.unusual }, { verdict: 'valid', authSent: true }),
  );

  test('a refusal does not change the next verdict', async () => {
    await prove({ ...side, password: WRONG }, { verdict: 'rejected', authSent: true });
    await prove(side, { verdict: 'valid', authSent: true });
  });

  test('a second login that resumes the TLS session of the first is judged by its own password', async () => {
    const network = loopbackNetwork({ port: portOf(side) });
    await prove({ ...side, network }, { verdict: 'valid', authSent: true });
    await prove({ ...side, network, password: WRONG }, { verdict: 'rejected', authSent: true });
    await prove({ ...side, network }, { verdict: 'valid', authSent: true });
  });

  test.each(BEHAVIOURS[side.server].filter(({ on = side.security }) => on === side.security))(
    '$name',
    (behaviour) => behave(side, behaviour),
  );
});
