import { known, missing } from '../../../../functions/audit/check.ts';
import type { FunctionFacts, LogFacts } from '../../../../functions/audit/subjects/account.ts';
import {
  at,
  DAY,
  denied,
  elsewhere,
  empty,
  malformed,
  NOW,
  withAccount,
  withDescription,
} from '../sound-facts.ts';
import type { Cases } from './case.ts';

const refused = missing('access-denied', 'AccessDeniedException');
const NO_LOGS = { groups: [], leaks: {}, addresses: {}, complete: true };
const lambda = (changes: Partial<FunctionFacts>) => ({
  name: 'Keyturn-Plan',
  own: true,
  runtime: 'nodejs24.x',
  changedAt: NOW,
  passwordVariables: [],
  ...changes,
});
const functions = (...all: readonly Partial<FunctionFacts>[]) =>
  withAccount({ functions: known(all.map(lambda)) });
const runtime = (name: string | null, own = true) => functions({ runtime: name, own });
const group = (retentionDays: number | null, ownKey: boolean) =>
  withAccount({
    logs: known({ ...NO_LOGS, groups: [{ name: 'Keyturn-PlanLogs', retentionDays, ownKey }] }),
  });

const GROUP = { name: 'Keyturn-ValidateLogs', retentionDays: 90, ownKey: true };
const logs = (changes: Partial<LogFacts>) =>
  withAccount({ logs: known({ groups: [GROUP], leaks: {}, addresses: {}, complete: true, ...changes }) });
const copyIn = (region: string) =>
  withDescription({ replicas: [{ region, status: 'InSync', kmsKeyId: null }] });

export const opsCases: Cases = {
  'ops.trail': [
    ['logging', {}, 'pass'],
    ['none', withAccount({ trail: known(false) }), 'warn'],
    ['access denied', withAccount({ trail: refused }), 'access-denied'],
  ],
  'ops.alarms': [
    ['with actions', {}, 'pass'],
    [
      'switched off',
      withAccount({ alarms: known([{ name: 'Keyturn-AuditFailed', acts: false }]) }),
      'warn',
      'Keyturn-AuditFailed',
    ],
    ['deleted', withAccount({ alarms: known([]) }), 'fail'],
    ['throttled', withAccount({ alarms: missing('throttled', 'Throttling') }), 'throttled'],
  ],
  'ops.retention': [
    ['set', {}, 'pass'],
    ['for ever', group(null, true), 'warn', 'Keyturn-PlanLogs'],
    ['without a key', group(90, false), 'warn', 'Keyturn-PlanLogs'],
    ['no log group', withAccount({ logs: known(NO_LOGS) }), 'not-found'],
    [
      'a table that deletes nothing',
      withAccount({ tableExpiry: known(false) }),
      'warn',
      'its Time to Live is off',
    ],
    ['the table may not be looked at', withAccount({ tableExpiry: refused }), 'access-denied'],
    ['access denied', withAccount({ logs: refused }), 'access-denied'],
  ],
  'ops.runtime': [
    ['supported', {}, 'pass'],
    ['deprecated', runtime('nodejs20.x'), 'fail'],
    ['soon deprecated', { ...runtime('nodejs22.x'), examinedAt: NOW + 100 * DAY }, 'warn'],
    ['strange', runtime('provided.al2023'), 'not-found'],
    ['deprecated, of somebody else', runtime('nodejs20.x', false), 'not-found'],
    ['access denied', withAccount({ functions: refused }), 'access-denied'],
  ],
  'ops.deps': [
    ['a month ago', {}, 'pass', 'on 2026-10-25'],
    ['a quarter ago', functions({ changedAt: NOW - 90 * DAY }), 'pass'],
    ['longer ago', functions({ changedAt: NOW - 90 * DAY - 1 }), 'warn', 'on 2026-08-26'],
    [
      'one function longer ago, another deployed since',
      functions({ changedAt: NOW - 200 * DAY }, { changedAt: NOW - DAY }),
      'pass',
      'on 2026-11-23',
    ],
    [
      'only somebody else lately',
      functions({ changedAt: NOW - 200 * DAY }, { own: false }),
      'warn',
      'on 2026-05-08',
    ],
    ['Lambda does not say when', functions({ changedAt: null }), 'not-found'],
    ['access denied', withAccount({ functions: refused }), 'access-denied'],
  ],
  'ops.drill': [
    ['a month ago', {}, 'pass'],
    ['90 days ago', withAccount({ lastDrill: known(NOW - 90 * DAY) }), 'pass'],
    ['longer ago', withAccount({ lastDrill: known(NOW - 90 * DAY - 1) }), 'warn', 'on 2026-08-26'],
    ['never', withAccount({ lastDrill: known(null) }), 'warn', 'half a year'],
    ['access denied', withAccount({ lastDrill: refused }), 'access-denied'],
  ],
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
