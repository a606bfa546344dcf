import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aggregate } from '../../../../functions/audit/report/aggregate.ts';
import { html } from '../../../../functions/audit/report/html.ts';
import { render } from '../../../../functions/audit/report/render.ts';
import type { Report } from '../../../../functions/audit/report/report.ts';
import { withDescription, withServer, withSession } from '../sound-facts.ts';
import { examined, FINISHED, RUN } from './examinations.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>' onmouseover='alert(3)\u202e\u0007\u0000</style>`;

const report = aggregate(
  RUN,
  [
    examined('sound'),
    examined('broken', {
      ...withSession({ chainError: 'CERT_HAS_EXPIRED' }),
      ...withDescription({ kmsKeyId: null }),
    }),
    examined('silent', withServer({ greeting: null, interrupted: { reason: 'timeout', code: 'no reply' } })),
    { kind: 'unexamined', secretArn: 'arn:lost', reason: 'examine-failed', detail: 'RangeError' },
  ],
  FINISHED,
);
const page = render(report);

/** Puts the text into every string of the report that does not come from ourselves. */
function poisoned(text: string): Report {
  const [first] = report.credentials;
  if (!first) throw new Error('no credential');
  const findings = (['fail', 'warn', 'info', 'pass', 'not-applicable'] as const).map((status) => ({
    check: 'cert.chain',
    status,
    evidence: text,
  }));
  const blind = { check: text, status: 'unknown', reason: 'timeout', evidence: text } as const;
  return {
    ...report,
    runId: text,
    credentials: [
      {
        ...first,
        secretName: text,
        secretArn: text,
        endpoint: { host: text, port: 587, security: 'starttls' },
        findings: [...findings, blind],
      },
    ],
    unexamined: [{ kind: 'unexamined', secretArn: text, reason: 'examine-failed', detail: text }],
  };
}

/** The names of the elements and attributes of a page, without its text. */
function structure(markup: string): string[] {
  return [...markup.matchAll(/<\/?[a-z][^>]*>/gi)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
}

describe('the page', () => {
  it('is the same for the same report', () => {
    expect(render(structuredClone(report))).toBe(page);
  });

  it('names score, credentials, findings, advice and sources', () => {
    expect(page).toContain(`Score ${report.score} of 100`);
    for (const text of [
      'sound',
      'broken',
      'silent',
      'arn:lost',
      'RangeError',
      'Certificate chain',
      'CERT_HAS_EXPIRED',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).toContain(report.checks['cert.chain']?.why);
    expect(page).toContain('https://www.rfc-editor.org/rfc/rfc5280#section-6');
    expect(page).toContain('no answer in time');
    for (const { title } of report.practices) expect(page).toContain(title);
  });

  it('has one heading of the first level and skips none', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.reduce((before, level) => {
      expect(level).toBeLessThanOrEqual(before + 1);
      return level;
    });
  });

  it('links only to what exists in it', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const targets = [...page.matchAll(/(?:href="#|labelledby=")([^"]+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(10);
    for (const target of targets) expect(ids).toContain(target);
  });

  it('says in words what colours and shapes say', () => {
    expect(page).toMatch(/<span class="state fail">Fail<\/span>/);
    expect(page).toMatch(/<span class="state unknown">Unknown<\/span>/);
  });

  it('says that nothing was found when there is nothing', () => {
    expect(render(aggregate(RUN, [], FINISHED))).toContain('There are no managed credentials.');
  });

  it('stays small enough to open for any number of credentials, and says what it leaves out', () => {
    const many = Array.from({ length: 1000 }, (_, at) =>
      examined(`secret-${at}`, withDescription({ rotationEnabled: false })),
    );
    const large = render(aggregate(RUN, many, FINISHED));
    expect(large).toContain('800 more are in report.json');
    expect(large.length).toBeLessThan(4_000_000);
  });
});

describe('the page is closed to the outside', () => {
  it('allows its own style sheet and nothing else', () => {
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
    );
  });

  it('has no script, no inline style, no handler and nothing to load', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i);
    expect(page).not.toMatch(/\s(style|on[a-z]+|src|srcset|action)=/i);
    expect(page).not.toMatch(/url\(|@import/i);
  });
});

describe('hostile data', () => {
  it('changes no element and no attribute of the page', () => {
    expect(structure(render(poisoned(HOSTILE)))).toEqual(structure(render(poisoned('harmless'))));
  });

  it('is shown as text, without control or direction characters', () => {
    const shown = render(poisoned(HOSTILE));
    expect(shown).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(shown).not.toContain('<script');
    expect(shown).not.toMatch(/(?!\n)\p{C}/u);
  });

  it('cannot pose as markup by its shape', () => {
    const forged = JSON.parse('{"markup":"<b>","toString":"<b>"}');
    expect(() => String(html`${forged}`)).toThrow();
  });
});
