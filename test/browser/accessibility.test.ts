import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../../functions/audit/report/page/pages.ts';
import { realisticReport } from '../functions/audit/report/realistic.ts';
import { launchChromium } from './chromium.ts';
import { DARK, DESKTOP, openAll, openPage, PHONE, ServedPage } from './served-page.ts';

/** Further credentials look like these, and axe would look at each of their thousand elements too. */
const CREDENTIALS = 4;

const report = realisticReport();
const served = new ServedPage(render({ ...report, credentials: report.credentials.slice(0, CREDENTIALS) }));
let browser: Browser;
let url: string;

beforeAll(async () => {
  browser = await launchChromium();
  url = await served.listen();
});
afterAll(async () => {
  await browser.close();
  served.close();
});

/** Every rule of axe, the advice ("best practice") too. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations, passes } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  expect(passes.length).toBeGreaterThan(20);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

const LOOKS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light', DESKTOP],
  ['dark', DARK],
  ['on a phone', PHONE],
  ['dark on a phone', { ...PHONE, colorScheme: 'dark' }],
];

describe.each(LOOKS)('the page, %s,', (_look, options) => {
  it('has no accessibility violation, as it opens and with all of it open', async () => {
    const { page, close } = await openPage(browser, url, options);
    expect(await violations(page)).toEqual([]);
    await openAll(page);
    expect(await violations(page)).toEqual([]);
    await close();
  });

  it('has none with a filter set, and none with one credential alone', async () => {
    const { page, close } = await openPage(browser, url, options);
    await page.getByLabel('Search').fill('certificate');
    await page.getByLabel('Fail', { exact: true }).check();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${url}#credential-2`);
    expect(await violations(page)).toEqual([]);
    await close();
  });
});

describe('the page on narrow screens', () => {
  it.each([375, 320])('never scrolls sideways at %d px', async (width) => {
    const { page, close } = await openPage(browser, url, { ...PHONE, viewport: { width, height: 800 } });
    await openAll(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.goto(`${url}#credential-1`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await close();
  });
});

describe('with the keyboard alone', () => {
  it('the first stop leads past the header to the findings', async () => {
    const { page, close } = await openPage(browser, url);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the findings');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await close();
  });

  it('credentials open and close', async () => {
    const { page, close } = await openPage(browser, url);
    const last = page.locator('.credential').last();
    await last.locator('> summary').focus();
    await page.keyboard.press('Enter');
    expect(await last.getAttribute('open')).toBe('');
    await page.keyboard.press('Space');
    expect(await last.getAttribute('open')).toBeNull();
    await close();
  });
});
