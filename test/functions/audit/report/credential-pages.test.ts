import { describe, expect, it } from 'vitest';
import {
  type CredentialPage,
  CredentialPages,
  PER_PAGE,
  pagesFor,
  render,
} from '../../../../functions/audit/report/page/pages.ts';
import { RUN } from './examinations.ts';
import { realisticReport } from './realistic.ts';

const report = realisticReport();
const [sample] = report.credentials;

function named(index: number) {
  if (!sample) throw new Error('expected the report to have a credential, got none');
  return { ...sample, secretName: `secret-${index}`, secretArn: `arn:${index}` };
}

/** The files of so many credentials. */
function pagesOf(count: number): CredentialPage[] {
  const pages = new CredentialPages(RUN);
  const full = Array.from({ length: count }, (_, index) => pages.add(named(index)));
  return [...full, pages.end()].filter((page) => page !== null);
}

function namesIn(page: string): string[] {
  return [...page.matchAll(/<h3><bdi class="key">(secret-\d+)<\/bdi><\/h3>/g)].map(([, name = '']) => name);
}

describe('the files of all credentials', () => {
  it.each([0, 1, PER_PAGE])('are none for %d, which all have their place in the page', (count) => {
    expect(pagesOf(count)).toEqual([]);
    expect(pagesFor(count)).toBe(0);
  });

  it.each([PER_PAGE + 1, 2 * PER_PAGE, 2 * PER_PAGE + 1])('hold each of %d once, in their order', (count) => {
    const pages = pagesOf(count);
    expect(pages.map(({ number }) => number)).toEqual(pages.map((_, index) => index + 1));
    expect(pages).toHaveLength(pagesFor(count));
    expect(pages.flatMap(({ html }) => namesIn(html))).toEqual(
      Array.from({ length: count }, (_, index) => `secret-${index}`),
    );
  });

  it('lead to each other and to the report, and to no file that is not there', () => {
    const links = pagesOf(2 * PER_PAGE + 1).map(({ html }) =>
      [...html.matchAll(/href="([^"#]*\.html)"/g)].map(([, address]) => address),
    );
    expect(links).toEqual([
      ['../report.html', '2.html'],
      ['../report.html', '1.html', '3.html'],
      ['../report.html', '2.html'],
    ]);
  });

  it('are named in the page of the report', () => {
    const page = render({ ...report, totals: { examined: 2 * PER_PAGE + 1, unexamined: 0 } });
    const links = [...page.matchAll(/href="(credentials\/[^"]*)"/g)].map(([, address]) => address);
    expect(links).toEqual(['credentials/1.html', 'credentials/2.html', 'credentials/3.html']);
    expect(page).toContain(`The worst ${report.credentials.length} of ${2 * PER_PAGE + 1}.`);
    expect(render(report)).not.toContain('credentials/1.html');
  });
});
