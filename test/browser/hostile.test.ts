import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { render } from '../../functions/audit/report/page/pages.ts';
import { HOSTILE_TEXTS, poisoned } from '../functions/audit/report/hostile.ts';
import { realisticReport } from '../functions/audit/report/realistic.ts';
import { launchChromium } from './chromium.ts';
import { DESKTOP, openAll, openPage, ServedPage } from './served-page.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

it.each(HOSTILE_TEXTS)('%s from strangers runs nothing and asks for nothing', async (_kind, hostile) => {
  const served = new ServedPage(render(poisoned(realisticReport(), hostile)));
  const { page, complaints, close } = await openPage(browser, await served.listen());
  await openAll(page);
  await page.getByLabel('Search').fill(hostile.slice(0, 12));
  await page.evaluate('location.hash = "#credential-2"');
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(DESKTOP.viewport?.width);
  expect(await page.title()).toContain('Keyturn audit of 24 November 2026');
  expect(await page.locator('main h3').allTextContents()).toContain(visible(hostile));
  expect(served.requests).toEqual(['/report.html']);
  expect(complaints).toEqual([]);
  await close();
  served.close();
});

function visible(text: string): string {
  return text.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, '\uFFFD');
}
