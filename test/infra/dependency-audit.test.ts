import { expect, it } from 'vitest';
import { readAudit } from '../../infra/dependency-audit.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
/** As npm 11 writes it; what is left out here has no part in this. */
const REPORT = {
  auditReportVersion: 2,
  vulnerabilities: { 'some-package': { name: 'some-package', severity: 'high' } },
  metadata: {
    vulnerabilities: { info: 0, low: 1, moderate: 2, high: 1, critical: 0, total: 4 },
    dependencies: { prod: 142, dev: 800, optional: 40, peer: 3, peerOptional: 0, total: 942 },
  },
};

it('counts the known faults of what is bundled, and says when', () => {
  expect(readAudit(JSON.stringify(REPORT), NOW)).toEqual({
    checkedAt: NOW,
    packages: 142,
    vulnerable: { critical: 0, high: 1, moderate: 2, low: 1 },
  });
});

it.each([
  [
    'a registry without audits',
    '{"message":"405 Method Not Allowed","method":"POST","statusCode":405,"body":"","error":{"summary":"","detail":""}}',
  ],
  ['an npm that says nothing', ''],
  ['the report of an npm before 7', JSON.stringify({ ...REPORT, auditReportVersion: undefined })],
])('knows nothing, and no clean result either, from %s', (_, stdout) => {
  expect(readAudit(stdout, NOW)).toBeNull();
});
