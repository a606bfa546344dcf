import { describe, expect, it } from 'vitest';
import { overview } from '../../../../functions/audit/report/page/overview.ts';
import type { TrendPoint } from '../../../../functions/audit/report/report.ts';
import { realisticReport } from './realistic.ts';

const report = realisticReport();

function shown(scores: readonly (number | null)[]): string {
  const trend = scores.map(
    (score, index): TrendPoint => ({
      runId: `run-${index}`,
      finishedAt: `2026-11-${String(index + 10)}T06:00:00.000Z`,
      score,
    }),
  );
  return String(overview({ ...report, score: scores.at(-1) ?? null, trend }));
}

describe('the overview', () => {
  it.each([
    [[80, 84], '<b>+4</b> since 10 November 2026'],
    [[84, 80], '<b>−4</b> since 10 November 2026'],
    [[80, null, 80], 'Unchanged since 10 November 2026'],
  ])('of scores %j says %s', (scores, text) => {
    expect(shown(scores)).toContain(text);
  });

  it('draws no trend of one run, and none where there is no score', () => {
    expect(shown([80])).not.toContain('class="trend"');
    expect(shown([80])).not.toContain('since');
    expect(shown([null])).toContain('No score');
  });

  it('draws every scored run, and says the same in a table', () => {
    const page = shown([70, null, 90, 75]);
    expect(page.match(/<circle/g)).toHaveLength(3);
    expect(page).toContain('aria-label="Score of 3 runs: 70 on 10 November 2026, 75 on 13 November 2026"');
    expect([...page.matchAll(/<td>(\d+)<\/td>/g)].map(([, score]) => score)).toEqual(['75', '90', '70']);
  });

  it.each([
    [{ examined: 0, unexamined: 0 }, 0, 'There are no managed credentials.'],
    [{ examined: 0, unexamined: 3 }, 0, 'No credential could be examined.'],
    [{ examined: 1, unexamined: 0 }, 1, 'The one credential needs attention.'],
    [{ examined: 12, unexamined: 0 }, 12, '6 of 12 credentials need attention.'],
    [{ examined: 900, unexamined: 0 }, 2, 'At least 2 of 900 credentials need attention.'],
    [{ examined: 76_560, unexamined: 0 }, 2, 'At least 2 of 76,560 credentials need attention.'],
  ])('of %j says what matters', (totals, kept, text) => {
    const credentials = report.credentials.slice(0, kept);
    expect(String(overview({ ...report, credentials, totals }))).toContain(`<p class="verdict">${text}</p>`);
  });

  it.each([
    [{ examined: 1, unexamined: 0 }, /1 credential examined with \d+ checks each: the login, .* AWS\. </],
    [
      { examined: 1200, unexamined: 3 },
      /1,200 credentials examined .* <a href="#unexamined">3 could not be examined<\/a>\.</,
    ],
    [
      { examined: 0, unexamined: 3 },
      /<p class="muted"><a href="#unexamined">3 could not be examined<\/a>\.</,
    ],
    [{ examined: 0, unexamined: 0 }, /carries the tag keyturn:managed=true\. There is none\.</],
  ])('of %j says what was looked at', (totals, text) => {
    expect(String(overview({ ...report, totals }))).toMatch(text);
  });

  it('draws no figures where nothing was examined', () => {
    const totals = { examined: 0, unexamined: 0 };
    expect(String(overview({ ...report, score: null, trend: [], totals }))).not.toContain('class="counts"');
  });
});
