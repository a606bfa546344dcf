import { describe, expect, it } from 'vitest';
import { timeline } from '../../../../functions/audit/report/page/certificates.ts';
import { Places } from '../../../../functions/audit/report/page/elements.ts';
import type { CredentialReport } from '../../../../functions/audit/report/report.ts';
import { RUN } from './examinations.ts';
import { realisticReport } from './realistic.ts';

const report = realisticReport();
const [sample] = report.credentials;

/** A credential whose server shows a certificate that ends on this day. */
function until(host: string, day: string): CredentialReport {
  if (!sample?.certificate || !sample.endpoint) throw new Error('expected a certificate, got none');
  const certificate = { ...sample.certificate, validTo: `${day}T12:00:00.000Z`, fingerprint256: day };
  return { ...sample, secretArn: host, endpoint: { ...sample.endpoint, host }, certificate };
}

function rowsOf(credentials: readonly CredentialReport[]): string[] {
  const shown = String(timeline({ ...report, credentials }, new Places(credentials)));
  return [...shown.matchAll(/<tr class="[\s\S]*?<\/tr>/g)].map(([row]) => row);
}

/** The length of the bar of a row, as a share of the time that is shown. */
function share(row: string | undefined): number {
  return Number(/class="life" width="([\d.]+)%"/.exec(row ?? '')?.[1]);
}

describe('the time line of the certificates', () => {
  it('begins with those that expire first, and says when in words', () => {
    const days = ['2026-12-01', '2027-06-01', '2026-11-23', '2026-11-25', '2026-12-10'];
    const rows = rowsOf(days.map((day, index) => until(`host-${index}`, day)));
    expect(rows.map((row) => /class="left">([^<]*)</.exec(row)?.[1])).toEqual([
      'expired yesterday',
      '1 day left',
      '7 days left',
      '16 days left',
      '189 days left',
    ]);
    expect(rows.map((row) => /<tr class="([^"]*)"/.exec(row)?.[1])).toEqual([
      'fail',
      'fail',
      'warn',
      'warn',
      'pass',
    ]);
  });

  it('draws twice the time twice as long', () => {
    const rows = rowsOf([until('a', '2026-12-24'), until('b', '2027-01-23'), until('c', '2027-06-01')]);
    expect(share(rows[1]) / share(rows[0])).toBeCloseTo(2, 1);
    expect(share(rows[2])).toBeLessThanOrEqual(100);
  });

  it('has one row for a certificate that several credentials meet', () => {
    const rows = rowsOf([until('a.example', '2027-01-01'), until('b.example', '2027-01-01')]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain('a.example, b.example');
    expect(rows[0]).toContain('href="#credential-2"');
  });

  it('is left out when no certificate was seen', () => {
    const unseen = report.credentials.map((credential) => ({ ...credential, certificate: null }));
    expect(String(timeline({ ...report, credentials: unseen }, new Places([])))).toBe('');
  });

  it('ends after at most 400 days, and shows a certificate of a stranger to our calendar', () => {
    const rows = rowsOf([until('long', '2099-01-01'), until('odd', 'no day at all')]);
    expect(rows).toHaveLength(2);
    expect(rows.map(share)).toContain(100);
    expect(RUN.startedAt).toBe(report.startedAt);
  });
});
