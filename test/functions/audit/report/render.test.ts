import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { render } from '../../../../functions/audit/report/page/pages.ts';

import { withDescription, withServer, withSession } from '../sound-facts.ts';
import { aggregate, examined, FINISHED, many, RUN } from './examinations.ts';
import { realisticReport } from './realistic.ts';

const PAGE = join(import.meta.dirname, '../../../../functions/audit/report/page');
const SCRIPT = join(PAGE, 'page.js');
const STYLE = join(PAGE, 'page.css');

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

describe('the page', () => {
  it('is the same for the same report', () => {
    expect(render(structuredClone(report))).toBe(page);
  });

  it('names score, credentials, findings, advice and sources', () => {
    expect(page).toMatch(
      new RegExp(`<span class="figure">${report.score}</span> <span class="of">Score, of 100`),
    );
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

  it('says how a practice is served that no check can look at', () => {
    const [row = ''] = page.split('<li class="practice">').filter((one) => one.includes('Educated users'));
    expect(row).toContain('Every finding says why it matters');
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

  it('shows since when a finding stands, which risks are accepted, and which acceptance is over', () => {
    const realistic = render(realisticReport());
    expect(realistic).toContain('<p class="since">since 7 May 2026</p>');
    expect(realistic).toContain('<b>Accepted by <bdi>workplace-team</bdi> until 31 March 2027:</b>');
    expect(realistic).toContain('<b>Until 15 January 2027, <bdi>growth</bdi>:</b>');
    expect(realistic).toContain('<b>The acceptance ended on 20 November 2026</b>: it counts again.');
  });

  it('says of an expired certificate that it has expired, not that it has days left', () => {
    const [first, ...rest] = report.credentials;
    const certificate = first?.certificate && { ...first.certificate, validTo: '2026-11-22T06:00:00.000Z' };
    const credentials = [...(first && certificate ? [{ ...first, certificate }] : []), ...rest];
    expect(render({ ...report, credentials })).toContain('until 22 November 2026 (expired 2 days ago)');
  });

  it('calls a finding new that no audit before has seen', () => {
    expect(page).toContain('<p class="since">new</p>');
    expect(page).toContain('<span class="since">new</span>');
  });

  it('says which AWS account and region it is about, as long as a secret says so', () => {
    const header = /<header[\s\S]*<\/header>/;
    expect(header.exec(page)?.[0]).toContain('AWS account 123456789012, us-east-1');
    const forged = report.credentials.map((one) => ({ ...one, secretArn: 'arn:aws:s3:x:1:<b>' }));
    expect(header.exec(render({ ...report, credentials: forged }))?.[0]).not.toContain('AWS account');
  });

  it('names each check that failed or warned, also where only credentials do that it has no place for', () => {
    const loud = many(200, 'loud', withSession({ chainError: 'CERT_HAS_EXPIRED' }));
    const quiet = many(7, 'quiet', withDescription({ kmsKeyId: null }));
    const large = render(aggregate(RUN, [...loud, ...quiet], FINISHED));
    const [worst = ''] = /<section class="part" id="worst"[\s\S]*?<\/section>/.exec(large) ?? [];
    expect(worst).not.toContain('quiet-');
    expect(worst).toMatch(/<code>secret\.cmk<\/code>[\s\S]*?<p class="muted">7 credentials<\/p>/);
  });

  it('says that nothing was found when there is nothing', () => {
    const empty = render(aggregate(RUN, [], FINISHED));
    expect(empty).toContain('There are no managed credentials.');
    expect(empty).not.toContain('id="practices"');
  });

  it('stays small enough to open for any number of credentials, and says what it leaves out', () => {
    const unrotated = many(1000, 'secret', withDescription({ rotationEnabled: false }));
    const large = render(aggregate(RUN, unrotated, FINISHED));
    expect(large).toContain('The worst 100 of 1,000.');
    expect(large.length).toBeLessThan(4_000_000);
  });
});

describe('the page is closed to the outside', () => {
  it('allows its own style sheet and its own script and nothing else', () => {
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? [];
    expect(script).toBe(readFileSync(SCRIPT, 'utf8'));
    expect(style).toBe(readFileSync(STYLE, 'utf8'));
    const [, policy] = /content="(default-src[^"]*)"/.exec(page) ?? [];
    expect(policy?.replaceAll('&#39;', "'").split('; ')).toEqual([
      "default-src 'none'",
      `style-src '${hash(style)}'`,
      `script-src '${hash(script)}'`,
      "require-trusted-types-for 'script'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('has one script, no inline style, no handler and nothing to load', () => {
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<(link|img|iframe|object|embed|base)\b/i);
    const markup = page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
    expect(markup).not.toMatch(/\s(style|on[a-z]+|src|srcset|action)=/i);
    expect(page).not.toMatch(/url\(|@import|\beval\b|innerHTML/i);
  });
});

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
