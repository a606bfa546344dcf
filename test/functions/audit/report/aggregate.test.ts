import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../functions/audit/catalogue.ts';
import type { Severity } from '../../../../functions/audit/check.ts';
import type { Examination, Finding } from '../../../../functions/audit/examined.ts';
import type { Status } from '../../../../functions/audit/outcome.ts';
import { aggregate, worries } from '../../../../functions/audit/report/aggregate.ts';
import { scoreOf } from '../../../../functions/audit/report/score.ts';
import { summarise } from '../../../../functions/audit/report/summary.ts';
import { elsewhere, silent, withCertificate, withDescription, withSession } from '../sound-facts.ts';
import { examined, FINISHED, RUN } from './examinations.ts';

const lost: Examination = {
  kind: 'unexamined',
  secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:lost-AbCdEf',
  reason: 'no-result',
  detail: null,
};
const examinations: readonly Examination[] = [
  examined('sound'),
  examined('warned', withDescription({ kmsKeyId: null })),
  lost,
  examined('broken', withSession({ chainError: 'CERT_HAS_EXPIRED' })),
  examined('weak', withCertificate({ keyBits: 1024 })),
];
const report = aggregate(RUN, examinations, FINISHED);

describe('a report', () => {
  it('lists the credentials worst first, and the unexamined apart', () => {
    expect(report.credentials.map(({ secretName }) => secretName)).toEqual([
      'broken',
      'weak',
      'warned',
      'sound',
    ]);
    expect(report.unexamined).toEqual([lost]);
  });

  it('lists the findings of a credential worst first', () => {
    const [broken] = report.credentials;
    expect(broken?.findings[0]).toMatchObject({ check: 'cert.chain', status: 'fail' });
    expect(broken?.findings).toHaveLength(CATALOGUE.length);
  });

  it('counts every finding once', () => {
    const total = Object.values(report.counts).reduce((sum, count) => sum + count, 0);
    expect(total).toBe(4 * CATALOGUE.length);
    expect(report.counts).toMatchObject({ fail: 2, warn: 1 });
  });

  it('shows all nineteen practices, those without a check too', () => {
    expect(report.practices.map(({ number }) => number)).toEqual(
      Array.from({ length: 19 }, (_, at) => at + 1),
    );
    const { 4: validation, 7: dedicated } = report.practices;
    expect(validation).toMatchObject({ title: 'Validation over TLS', counts: { fail: 2 } });
    expect(dedicated).toMatchObject({ title: 'Dedicated IP addresses', checks: [] });
  });

  it('carries the words of every check that a finding names', () => {
    for (const { findings } of report.credentials) {
      for (const { check } of findings) expect(report.checks[check]?.mend).toMatch(/\w/);
    }
  });

  it('does not depend on the order in which the batches ended', () => {
    expect(aggregate(RUN, examinations.toReversed(), FINISHED)).toEqual(report);
  });

  it('of nothing has no score', () => {
    expect(aggregate(RUN, [], FINISHED)).toMatchObject({ score: null, credentials: [], counts: { fail: 0 } });
  });
});

describe('the worries', () => {
  it('are the failures, then the warnings, by their severity', () => {
    const found = worries(report).map(({ secretName, check, status, severity }) => [
      secretName,
      check,
      status,
      severity,
    ]);
    expect(found).toEqual([
      ['broken', 'cert.chain', 'fail', 'critical'],
      ['weak', 'cert.key', 'fail', 'medium'],
      ['warned', 'secret.cmk', 'warn', 'low'],
    ]);
  });

  it('are bounded in the summary, whatever the number of credentials', () => {
    const many = Array.from({ length: 150 }, (_, at) =>
      examined(`secret-${at}`, withDescription({ rotationEnabled: false })),
    );
    const summary = summarise(aggregate(RUN, many, FINISHED));
    expect(summary).toMatchObject({
      credentials: 150,
      unexamined: 0,
      reportKey: 'audits/run-1/report.json',
      pageKey: 'audits/run-1/report.html',
    });
    expect(summary.worst).toHaveLength(100);
    expect(JSON.stringify(summary).length).toBeLessThan(200_000);
  });
});

describe('the score', () => {
  const severities: Record<string, Severity> = { a: 'critical', b: 'high', c: 'medium', d: 'low' };
  const score = (...found: (readonly [check: string, status: Exclude<Status, 'unknown'>])[]) =>
    scoreOf(
      found.map(([check, status]): Finding => ({ check, status, evidence: '' })),
      (check) => severities[check] ?? 'medium',
    );

  it.each([
    [
      [
        ['a', 'pass'],
        ['b', 'pass'],
      ],
      100,
    ],
    [
      [
        ['a', 'fail'],
        ['b', 'fail'],
      ],
      0,
    ],
    [
      [
        ['a', 'fail'],
        ['b', 'pass'],
        ['c', 'pass'],
        ['d', 'pass'],
      ],
      46,
    ],
    [
      [
        ['a', 'pass'],
        ['d', 'fail'],
      ],
      88,
    ],
    [[['b', 'warn']], 50],
    [
      [
        ['b', 'pass'],
        ['a', 'not-applicable'],
        ['c', 'info'],
      ],
      100,
    ],
    [
      [
        ['a', 'not-applicable'],
        ['c', 'info'],
      ],
      null,
    ],
  ] as const)('of %j is %j', (found, expected) => {
    expect(score(...found)).toBe(expected);
  });

  it('is 100 only if every check passed', () => {
    const passed = Array.from({ length: 500 }, () => ['a', 'pass'] as const);
    expect(score(...passed, ['d', 'warn'])).toBe(99);
  });

  it('is not changed by what could not be seen', () => {
    const [blind] = aggregate(RUN, [examined('blind', { ...elsewhere(), ...silent })], FINISHED).credentials;
    expect(blind?.counts.unknown).toBeGreaterThan(5);
    expect(blind?.score).toBe(100);
  });
});
