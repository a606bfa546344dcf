import { expect, it } from 'vitest';
import { CATALOGUE } from '../../../../functions/audit/catalogue.ts';
import { iamChecks } from '../../../../functions/audit/checks/iam.ts';
import { sesChecks } from '../../../../functions/audit/checks/ses.ts';
import type { CredentialFacts } from '../../../../functions/audit/facts/credential-facts.ts';
import { known, missing } from '../../../../functions/audit/gathered.ts';
import { credential, denied, elsewhere, HOUR, KEY_ID, NOW, soundFacts, withSes } from '../sound-facts.ts';
import { testChecks } from './table.ts';

const key = (id: string, hours: number, active = true) => ({
  id,
  name: null,
  active,
  createdAt: NOW - hours * HOUR,
  lastUsedAt: null,
  lastUsedBy: null,
});
const keys = (...found: ReturnType<typeof key>[]) => ({ keys: known(found) });
const quota = (sent24Hours: number, max24Hours = 1000, maxRate = 10) =>
  withSes({ quota: known({ max24Hours, sent24Hours, maxRate }) });
const identity = (verification: string, dkimEnabled = true, dkimVerification = 'Success') =>
  withSes({ identities: known({ 'shop.example.com': { verification, dkimEnabled, dkimVerification } }) });
const refused = missing('access-denied', 'AccessDenied');
const { from: _from, ...withoutSender } = credential;
const senderless: Partial<CredentialFacts> = {
  content: known({ kind: 'credential', credential: withoutSender }),
};

testChecks(iamChecks, {
  'iam.smtp-user': [
    ['one key', {}, 'pass'],
    ['two keys within the overlap', keys(key(KEY_ID, 47), key('AKIAOLD', 900)), 'pass'],
    ['two keys after it', keys(key(KEY_ID, 51), key('AKIAOLD', 900)), 'fail'],
    ['another key that is inactive', keys(key(KEY_ID, 500), key('AKIAOLD', 900, false)), 'pass'],
    ['an inactive current key', keys(key(KEY_ID, 500, false)), 'fail'],
    ['no current key', keys(key('AKIAOLD', 900)), 'fail'],
    ['access denied', { keys: refused }, 'access-denied'],
    ['throttled', { keys: missing('throttled', 'Throttling') }, 'throttled'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
});

testChecks(sesChecks, {
  'ses.account': [
    ['enabled', {}, 'pass'],
    ['in the sandbox', quota(0, 200, 1), 'warn'],
    ['paused', withSes({ sendingEnabled: known(false) }), 'fail'],
    ['access denied', withSes({ sendingEnabled: refused }), 'access-denied'],
    ['quota not known', withSes({ quota: refused }), 'access-denied'],
    ['another region', withSes({ region: 'eu-west-1' }), 'other-region'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'ses.quota': [
    ['room', quota(800), 'pass'],
    ['unlimited', quota(800, -1), 'pass'],
    ['nearly full', quota(801), 'warn'],
    ['full', quota(1000), 'fail'],
    ['throttled', withSes({ quota: missing('throttled', 'Throttling') }), 'throttled'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'ses.identity': [
    ['the parent domain is verified', {}, 'pass'],
    ['the domain is verified', identity('Success'), 'pass'],
    ['pending', identity('Pending'), 'fail'],
    ['no identity', withSes({ identities: known({}) }), 'fail'],
    ['no sender in the secret', senderless, 'not-configured'],
    ['access denied', withSes({ identities: refused }), 'access-denied'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'ses.dkim': [
    ['the parent domain signs', {}, 'pass'],
    ['off', identity('Success', false), 'fail'],
    ['pending', identity('Success', true, 'Pending'), 'fail'],
    ['no identity', withSes({ identities: known({}) }), 'fail'],
    ['access denied', withSes({ identities: refused }), 'access-denied'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
});

it('passes every check of a sound credential', () => {
  const statuses = CATALOGUE.map(({ id, rule }) => [id, rule(soundFacts).status]);
  expect(statuses).toEqual(CATALOGUE.map(({ id }) => [id, 'pass']));
});

it('never turns refused access into pass or fail', () => {
  const facts = {
    ...soundFacts,
    ...denied,
    keys: refused,
    ...withSes({ sendingEnabled: refused, quota: refused, identities: refused }),
  };
  const reasons = CATALOGUE.filter(({ id }) => !/^secret\.(rotation|cmk|recovery)/.test(id)).map(
    ({ id, rule }) => [id, rule(facts)],
  );
  for (const [id, outcome] of reasons) {
    expect([id, outcome]).toMatchObject([id, { status: 'unknown', reason: 'access-denied' }]);
  }
  expect(reasons).toHaveLength(20);
});
