import type { DependencyAudit } from '../../../../functions/audit/facts/dependencies.ts';
import { known, missing } from '../../../../functions/audit/gathered.ts';
import { DAY, NOW, withAccount } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const refused = missing('access-denied', 'AccessDeniedException');
const NO_LOGS = { groups: [], leaks: {}, addresses: {}, complete: true };
const runtime = (name: string | null, own = true) =>
  withAccount({ functions: known([{ name: 'Keyturn-Plan', own, runtime: name, passwordVariables: [] }]) });
const group = (retentionDays: number | null, ownKey: boolean) =>
  withAccount({
    logs: known({ ...NO_LOGS, groups: [{ name: 'Keyturn-PlanLogs', retentionDays, ownKey }] }),
  });

const dependencies = (found: Partial<DependencyAudit['vulnerable']>) =>
  withAccount({
    dependencies: known({
      checkedAt: NOW,
      packages: 142,
      vulnerable: { critical: 0, high: 0, moderate: 0, low: 0, ...found },
    }),
  });

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
    ['no known faults', {}, 'pass'],
    ['a grave one', dependencies({ high: 1 }), 'fail'],
    ['a lesser one', dependencies({ moderate: 1 }), 'warn'],
    ['none, a quarter ago', { ...dependencies({}), examinedAt: NOW + 91 * DAY }, 'warn'],
    ['a grave one, a quarter ago', { ...dependencies({ critical: 1 }), examinedAt: NOW + 91 * DAY }, 'fail'],
    [
      'npm audit had nobody to ask',
      withAccount({ dependencies: missing('not-reached', 'no answer') }),
      'not-reached',
    ],
  ],
  'ops.drill': [
    ['a month ago', {}, 'pass'],
    ['90 days ago', withAccount({ lastDrill: known(NOW - 90 * DAY) }), 'pass'],
    ['longer ago', withAccount({ lastDrill: known(NOW - 90 * DAY - 1) }), 'warn', 'on 2026-08-26'],
    ['never', withAccount({ lastDrill: known(null) }), 'warn', 'half a year'],
    ['access denied', withAccount({ lastDrill: refused }), 'access-denied'],
  ],
  'net.vpce': [
    ['with a policy', {}, 'pass'],
    [
      'open',
      withAccount({ vpcEndpoints: known([{ service: 'email-smtp', open: true }]) }),
      'warn',
      'for email-smtp lets',
    ],
    ['none', withAccount({ vpcEndpoints: known([]) }), 'info'],
    ['access denied', withAccount({ vpcEndpoints: refused }), 'access-denied'],
  ],
};
