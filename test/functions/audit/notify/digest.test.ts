import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import { type Digest, digestMail } from '../../../../functions/audit/notify/digests.ts';
import { CHECK_TEXTS } from '../../../../functions/audit/report/credential-report.ts';
import type { Worry } from '../../../../functions/audit/report/report.ts';
import { RUN } from '../report/examinations.ts';

const text = CHECK_TEXTS['cred.login'] ?? expect.unreachable();
const WORRY: Worry = {
  ...text,
  check: 'cred.login',
  status: 'fail',
  secretName: 'keyturn/orders',
  secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf',
  evidence: 'The server answered 535.',
  firstSeenAt: null,
};
const digest = (changes: Partial<Digest> = {}): Digest => ({
  startedAt: RUN.startedAt,
  failures: 1,
  warnings: 0,
  worst: [WORRY],
  ...changes,
});

describe('the digest', () => {
  it('says of each finding what was seen, why it matters, how to fix it and where that is written', () => {
    const mail = digestMail(digest());
    for (const part of [
      WORRY.secretName,
      WORRY.evidence,
      WORRY.why,
      WORRY.remediation,
      WORRY.reference.url,
    ]) {
      expect(mail.text).toContain(part);
    }
    expect(mail.html).toContain(`<a href="${WORRY.reference.url}">`);
    expect(mail.html).toContain('keyturn/orders');
  });

  it.each(CATALOGUE)('has the words of $id in both of its forms', ({ id, why, title }) => {
    const check = CHECK_TEXTS[id] ?? expect.unreachable();
    const mail = digestMail(digest({ worst: [{ ...WORRY, ...check, check: id }] }));
    expect(mail.text).toContain(`${title}\n`);
    expect(mail.text).toContain(why);
    expect(mail.html).toContain(`<code>${id}</code>`);
  });

  it('counts what it does not name', () => {
    const mail = digestMail(digest({ failures: 3, warnings: 1 }));
    expect(mail.subject).toBe('Keyturn audit of 2026-11-24: 3 failures, 1 warning');
    for (const form of [mail.text, mail.html]) expect(form).toContain('And 3 more');
    expect(digestMail(digest()).text).not.toContain('more; all');
  });

  it('has no picture, no script and nothing else that a reader fetches', () => {
    expect(digestMail(digest()).html).not.toMatch(/<(script|img|link|iframe|style)|src=|on\w+=/i);
  });
});

describe('whatever a server, a tag or a name says', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    '&lt;b&gt;',
    '\r\nBcc: victim@example.com\r\n\r\nBuy now',
    '\u0000\u001b[2J\u0007',
    '\u202egnp.exe',
    '=HYPERLINK("https://evil.example")',
    '`code`',
    '\u2028.\u2029',
    'W'.repeat(100_000),
  ];

  it.each(HOSTILE)('the mail is the same one, with a harmless text in it: %#', (hostile) => {
    const mail = digestMail(digest({ worst: [{ ...WORRY, secretName: hostile, evidence: hostile }] }));
    expect(mail.subject).toBe('Keyturn audit of 2026-11-24: 1 failure, 0 warnings');
    expect(tags(mail.html)).toEqual(tags(digestMail(digest()).html));
    expect(mail.text.split('\n')).toHaveLength(digestMail(digest()).text.split('\n').length);
    for (const form of [mail.text, mail.html]) expect(form.length).toBeLessThan(5000);
    for (const form of [mail.text, mail.html]) expect(form).toMatch(/^(?:\n|[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}])*$/u);
  });

  /** With their attributes. */
  function tags(html: string): string[] {
    return html.match(/<[^>]*>/g) ?? [];
  }
});
