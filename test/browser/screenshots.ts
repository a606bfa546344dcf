import { join } from 'node:path';
import type { Browser, BrowserContextOptions, PageScreenshotOptions } from 'playwright-core';
import { render } from '../../functions/audit/report/page/pages.ts';
import { realisticReport } from '../functions/audit/report/realistic.ts';
import { launchChromium } from './chromium.ts';
import { DARK, DESKTOP, openPage, PHONE, ServedPage } from './served-page.ts';

const DOCS = join(import.meta.dirname, '../../docs');

/** How much of the page is taken: more than a screen, less than all of it. */
const TALL = { width: 1280, height: 1560 };
const SHOTS: readonly (readonly [name: string, fragment: string, options: BrowserContextOptions])[] = [
  ['report-desktop', '', { ...DESKTOP, viewport: TALL }],
  ['report-dark', '#credential-1', { ...DARK, viewport: { ...TALL, height: 1200 } }],
  ['report-phone', '', PHONE],
];

/** Takes the pictures of the report that are in docs/. */
async function main(): Promise<void> {
  const served = new ServedPage(render(realisticReport()));
  const browser = await launchChromium();
  try {
    const url = await served.listen();
    for (const [name, fragment, options] of SHOTS) await shoot(browser, name, url + fragment, options);
  } finally {
    await browser.close();
    served.close();
  }
}

async function shoot(browser: Browser, name: string, url: string, options: BrowserContextOptions) {
  const { page, close } = await openPage(browser, url, options);
  const path = join(DOCS, `${name}.png`);
  const how: PageScreenshotOptions = { path, animations: 'disabled' };
  await page.screenshot(how);
  await close();
  console.log(path);
}

await main();
