import { describe, expect, it } from 'vitest';
import type { Status } from '../../../functions/audit/check.ts';
import { AcceptedRisks } from '../../../functions/audit/report/credential-report.ts';
import { summarise } from '../../../functions/audit/report/report.ts';
import { aggregate, examined, FINISHED, RUN } from './report/examinations.ts';
import { withCertificate, withDescription, withSession } from './sound-facts.ts';

const risk = {
  secret: 'weak',
  check: 'cert.key',
  reason: 'The server is replaced in March.',
  until: '2026-12-31',
};
const weak = withCertificate({ keyBits: 1024 });
const reported = (risks: readonly (typeof risk & { owner?: string })[]) =>
  aggregate(RUN, [examined('weak', weak), examined('sound')], FINISHED, risks);
const keyOf = (report: ReturnType<typeof reported>) =>
  report.credentials
    .find(({ secretName }) => secretName === 'weak')
    ?.findings.find(({ check }) => check === 'cert.key');

describe('an accepted finding', () => {
  const without = reported([]);
  const report = reported([{ ...risk, owner: 'team-mail' }]);

  it('stays in the report with its status, its reason, its owner and its last day', () => {
    expect(keyOf(report)).toMatchObject({
      status: 'fail',
      accepted: { reason: 'The server is replaced in March.', owner: 'team-mail', until: '2026-12-31' },
      acceptanceExpired: null,
    });
  });

  it('neither fails nor lowers a score, and is counted apart everywhere', () => {
    expect(without).toMatchObject({ counts: { fail: 1 }, accepted: 0 });
    expect(without.score).toBeLessThan(100);
    expect(report).toMatchObject({ counts: { fail: 0 }, accepted: 1, score: 100 });
    const credential = report.credentials.find(({ secretName }) => secretName === 'weak');
    expect(credential).toMatchObject({ counts: { fail: 0 }, accepted: 1, score: 100 });
    expect(report.practices.find(({ number }) => number === 5)).toMatchObject({
      counts: { fail: 0 },
      accepted: 1,
    });
    expect(report.tallies['cert.key']).toMatchObject({ counts: { fail: 0, pass: 1 }, accepted: 1 });
  });

  it('is no worry: not in the summary, not among the worst', () => {
    expect(without.worst.map(({ check }) => check)).toEqual(['cert.key']);
    expect(report.worst).toEqual([]);
    expect(summarise(report).worst).toEqual([]);
  });

  it('comes after the failures that count', () => {
    const both = { ...withSession({ chainError: 'CERT_HAS_EXPIRED' }) };
    const [credential] = aggregate(RUN, [examined('weak', both)], FINISHED, [
      { ...risk, check: 'cert.chain' },
    ]).credentials;
    expect(credential?.findings[0]).toMatchObject({ check: 'cert.chain', accepted: { until: '2026-12-31' } });
    const two = examined('weak', { ...both, ...withDescription({ rotationEnabled: false }) });
    const [worse] = aggregate(RUN, [two], FINISHED, [{ ...risk, check: 'cert.chain' }]).credentials;
    const order = worse?.findings.map(({ check }) => check) ?? [];
    expect(order.indexOf('secret.rotation-enabled')).toBeLessThan(order.indexOf('cert.chain'));
  });
});

describe('an acceptance', () => {
  const of = (status: Status, until: string, at = '2026-11-24T23:59:59.999Z') =>
    new AcceptedRisks([{ ...risk, until }], at).of('weak', { check: 'cert.key', status });

  it('holds to the end of its last day, UTC, and is over then: the finding counts, and says since when', () => {
    expect(of('fail', '2026-11-24')).toMatchObject({
      accepted: { until: '2026-11-24' },
      acceptanceExpired: null,
    });
    const over = { accepted: null, acceptanceExpired: '2026-11-24' };
    expect(of('fail', '2026-11-24', '2026-11-25T00:00:00.000Z')).toEqual(over);
    expect(keyOf(reported([{ ...risk, until: '2026-11-23' }]))).toMatchObject({
      acceptanceExpired: '2026-11-23',
    });
    expect(reported([{ ...risk, until: '2026-11-23' }])).toMatchObject({ counts: { fail: 1 }, accepted: 0 });
  });

  it('covers failures and warnings, and nothing else', () => {
    const accepted = (['fail', 'warn', 'unknown', 'info', 'pass', 'not-applicable'] as const).filter(
      (status) => of(status, '2026-12-31').accepted,
    );
    expect(accepted).toEqual(['fail', 'warn']);
  });

  it('is for one check of one secret', () => {
    const risks = new AcceptedRisks([risk], RUN.startedAt);
    expect(risks.of('other', { check: 'cert.key', status: 'fail' }).accepted).toBeNull();
    expect(risks.of('weak', { check: 'cert.chain', status: 'fail' }).accepted).toBeNull();
  });
});
