import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Severity, Status } from '../../../../functions/audit/check.ts';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import { Aggregate, WorstOf } from '../../../../functions/audit/report/aggregate.ts';
import {
  addPoints,
  NO_POINTS,
  scoreOf,
  worries,
} from '../../../../functions/audit/report/credential-report.ts';
import { summarise } from '../../../../functions/audit/report/report.ts';
import type { Examination } from '../../../../functions/audit/run/run.ts';
import { elsewhere, silent, withCertificate, withDescription, withSession } from '../sound-facts.ts';
import { aggregate, examined, FINISHED, many, RUN } from './examinations.ts';

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

  it('shows all nineteen practices, each with the checks that serve it', () => {
    expect(report.practices.map(({ number }) => number)).toEqual(
      Array.from({ length: 19 }, (_, at) => at + 1),
    );
    const { 4: validation, 7: dedicated } = report.practices;
    expect(validation).toMatchObject({ title: 'Validation over TLS', counts: { fail: 2 } });
    expect(dedicated).toMatchObject({
      title: 'Dedicated IP addresses',
      checks: ['dns.ptr', 'ses.dedicated-ip'],
    });
  });

  it('carries the words of every check that a finding names', () => {
    for (const { findings } of report.credentials) {
      for (const { check } of findings) expect(report.checks[check]?.remediation).toMatch(/\w/);
    }
  });

  it('does not depend on the order in which the batches ended', () => {
    expect(aggregate(RUN, examinations.toReversed(), FINISHED)).toEqual(report);
  });

  it('of nothing has no score', () => {
    expect(aggregate(RUN, [], FINISHED)).toMatchObject({ score: null, credentials: [], counts: { fail: 0 } });
  });
});

describe('a report of many', () => {
  const many = 1000;
  const large = new Aggregate(RUN, []);
  for (let at = 0; at < many; at += 1) {
    const name = `secret-${String(at).padStart(4, '0')}`;
    large.addExamined(examined(name, at === 700 ? withSession({ chainError: 'CERT_HAS_EXPIRED' }) : {}));
    large.addUnexamined({ ...lost, secretArn: `arn:${name}` });
  }
  const bounded = large.report(FINISHED, []);

  it('holds the worst of them, counts them all, and scores them all', () => {
    expect(bounded.totals).toEqual({ examined: many, unexamined: many });
    expect(bounded.credentials).toHaveLength(200);
    expect(bounded.unexamined).toHaveLength(200);
    expect(bounded.credentials[0]?.secretName).toBe('secret-0700');
    expect(bounded.worst[0]).toMatchObject({ secretName: 'secret-0700', check: 'cert.chain' });
    expect(Object.values(bounded.counts).reduce((sum, count) => sum + count)).toBe(many * CATALOGUE.length);
    expect(bounded.score).toBe(99);
  });

  it('says of each check what it found over all of them', () => {
    expect(bounded.tallies['cert.chain']).toMatchObject({ counts: { pass: many - 1, fail: 1 }, accepted: 0 });
  });

  it('ends its trend with this very run', () => {
    const trend = [{ runId: 'run-0', finishedAt: '2026-11-23T06:00:41.000Z', score: 80 }];
    expect(large.report(FINISHED, trend).trend).toEqual([
      ...trend,
      { runId: 'run-1', finishedAt: FINISHED, score: 99 },
    ]);
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
    const unrotated = many(150, 'secret', withDescription({ rotationEnabled: false }));
    const summary = summarise(aggregate(RUN, unrotated, FINISHED));
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
  const severities = { a: 'critical', b: 'high', c: 'medium', d: 'low' } as const;
  const checkOf = (severity: Severity) => CATALOGUE.find((check) => check.severity === severity)?.id ?? '';
  const score = (...found: (readonly [keyof typeof severities, Exclude<Status, 'unknown'>])[]) =>
    scoreOf(
      addPoints(
        NO_POINTS,
        found.map(([letter, status]) => ({ check: checkOf(severities[letter]), status })),
      ),
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

it('keeps what sorting all of them would put first, in any order of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 20 }), (numbers, limit) => {
      const worst = new WorstOf<number>(limit, (a, b) => b - a);
      for (const number of numbers) worst.add(number);
      expect(worst.list()).toEqual(numbers.toSorted((a, b) => b - a).slice(0, limit));
    }),
  );
});
