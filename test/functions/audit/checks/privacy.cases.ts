import type { LogFacts } from '../../../../functions/audit/facts/account.ts';
import { known, missing } from '../../../../functions/audit/gathered.ts';
import { at, denied, elsewhere, empty, malformed, withAccount, withDescription } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const refused = missing('access-denied', 'AccessDeniedException');
const GROUP = { name: 'Keyturn-ValidateLogs', retentionDays: 90, ownKey: true };
const logs = (changes: Partial<LogFacts>) =>
  withAccount({ logs: known({ groups: [GROUP], leaks: {}, addresses: {}, complete: true, ...changes }) });
const copyIn = (region: string) =>
  withDescription({ replicas: [{ region, status: 'InSync', kmsKeyId: null }] });

export const privacyCases: Cases = {
  'priv.pii': [
    ['no address', {}, 'pass'],
    ['an address in a log', logs({ addresses: { 'Keyturn-ValidateLogs': 1 } }), 'fail'],
    [
      'an address, and the search cut short',
      logs({ addresses: { 'Keyturn-ValidateLogs': 1 }, complete: false }),
      'fail',
    ],
    ['the search cut short', logs({ complete: false }), 'timeout'],
    ['no log group to search', logs({ groups: [] }), 'not-found'],
    ['access denied', withAccount({ logs: refused }), 'access-denied'],
  ],
  'priv.region': [
    ['a copy in another region of the same part of the world', copyIn('us-west-2'), 'pass'],
    ['a copy in another part of the world', copyIn('eu-west-1'), 'warn'],
    ['a copy in the separate partition of a government', copyIn('us-gov-west-1'), 'warn'],
    [
      'Amazon SES in another part of the world',
      { ...copyIn('us-west-2'), ...at('email-smtp-fips.eu-central-1.amazonaws.com', 465, 'tls') },
      'warn',
    ],
    ['a server elsewhere', { ...copyIn('us-west-2'), ...elsewhere() }, 'pass'],
    ['a secret that may not be read', denied, 'access-denied'],
    ['malformed', malformed, 'not-reached'],
    ['no value yet', empty, 'not-applicable'],
  ],
};
