import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../../functions/audit/report/page/pages.ts';
import { realisticReport } from '../functions/audit/report/realistic.ts';
import { launchChromium } from './chromium.ts';
import { DESKTOP, openPage, ServedPage } from './served-page.ts';

const report = realisticReport();
const served = new ServedPage(render(report));
const names = report.credentials.map(({ secretName }) => secretName);
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

const WITHOUT_SCRIPT = { ...DESKTOP, javaScriptEnabled: false };

async function open(options = {}, fragment = '') {
  const opened = await openPage(browser, url + fragment, options);
  const { page } = opened;
  const credentials = page.locator('.credential:visible');
  const findings = page.locator('.credential [data-status]:visible');
  const shownNames = () => credentials.locator('h3').allTextContents();
  return { ...opened, credentials, findings, shownNames, matches: page.locator('#matches') };
}

describe('the page', () => {
  it('asks the network for nothing but itself, and its own policy refuses nothing of it', async () => {
    served.requests.length = 0;
    const { page, complaints, close } = await open();
    await page.getByLabel('Search').fill('relay');
    await page.goto(`${url}#credential-1`);
    await page.waitForLoadState('networkidle');
    expect(served.requests).toEqual(['/report.html']);
    expect(complaints).toEqual([]);
    await close();
  });

  it('forbids every script but its own', async () => {
    const { page, complaints, close } = await open();
    await page.evaluate(`{
      const script = document.createElement('script');
      try { script.textContent = 'document.title = "owned"'; } catch {}
      document.body.append(script);
      try { document.body.innerHTML += '<img src="/x" onerror="document.title = 1">'; } catch {}
    }`);
    expect(await page.title()).toBe('Keyturn audit of 24 November 2026');
    expect(complaints.join('\n')).toContain('TrustedScript');
    expect(complaints.join('\n')).toContain('TrustedHTML');
    await close();
  });
});

it('breaks no label of an advice in the middle of its word', async () => {
  const { page, close } = await open({}, '#credential-1');
  const lines = await page.locator('.advice:visible dt').evaluateAll((labels) =>
    labels.map((label) => {
      const range = label.ownerDocument.createRange();
      range.selectNodeContents(label);
      return range.getClientRects().length;
    }),
  );
  expect(lines.length).toBeGreaterThan(10);
  expect(new Set(lines)).toEqual(new Set([1]));
  await close();
});

describe('search and filter', () => {
  it('find by the name of a credential', async () => {
    const { page, shownNames, matches, close } = await open();
    await page.getByLabel('Search').fill('nagios');
    expect(await shownNames()).toEqual(['intern/nagios']);
    expect(await matches.textContent()).toMatch(/^\d+ findings in 1 of 12 credentials$/);
    await close();
  });

  it('find by host and evidence together, in any order and case', async () => {
    const { page, shownNames, findings, close } = await open();
    await page.getByLabel('Search').fill('ACCEPTS relay.corp');
    expect(new Set(await shownNames())).toEqual(new Set(['platform/alerts', 'platform/deploy-bot']));
    for (const text of await findings.allTextContents()) expect(text).toContain('accepts');
    await close();
  });

  it('are not fooled by words that stand in the head of every credential', async () => {
    const { page, findings, close } = await open();
    for (const word of ['starttls', 'login', 'secret', 'certificate']) {
      await page.getByLabel('Search').fill(word);
      expect(await findings.count()).toBeGreaterThan(0);
      for (const text of await findings.allTextContents()) expect(text.toLowerCase()).toContain(word);
    }
    await close();
  });

  it('leave the failures when these are asked for, opened', async () => {
    const { page, findings, close } = await open();
    await page.getByLabel('Fail', { exact: true }).check();
    expect(await findings.count()).toBe(report.counts.fail + failuresAccepted());
    for (const finding of await findings.all()) {
      expect(await finding.getAttribute('data-status')).toMatch(/\bfail$/);
    }
    await close();
  });

  it('leave the accepted risks when these are asked for', async () => {
    const { page, shownNames, findings, close } = await open();
    await page.getByLabel('Accepted', { exact: true }).check();
    expect(await findings.count()).toBe(2);
    expect(new Set(await shownNames())).toEqual(new Set(['legacy/scanner-fleet', 'marketing/newsletter']));
    await close();
  });

  it('show what passed of one practice, which is folded away otherwise', async () => {
    const { page, findings, close } = await open();
    await page.getByLabel('Practice', { exact: true }).selectOption('15');
    await page.getByLabel('Pass', { exact: true }).check();
    const practice = report.practices.find(({ number }) => number === 15);
    expect(await findings.count()).toBe(practice?.counts.pass);
    expect(practice?.counts.pass).toBeGreaterThan(0);
    await close();
  });

  it('say so when nothing fits', async () => {
    const { page, credentials, matches, close } = await open();
    await page.getByLabel('Search').fill('no such thing');
    expect(await credentials.count()).toBe(0);
    expect(await matches.textContent()).toBe('No finding fits.');
    await close();
  });

  it('give all back, folded as before, when cleared', async () => {
    const { page, credentials, findings, matches, close } = await open();
    const before = await findings.count();
    await page.getByLabel('Search').fill('starttls');
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => credentials.count()).toBe(12);
    expect(await findings.count()).toBe(before);
    expect(await matches.textContent()).toBe('12 credentials');
    await close();
  });
});

describe.each([
  ['with its script', DESKTOP],
  ['without', WITHOUT_SCRIPT],
])('a credential alone, %s,', (_with, options) => {
  it('is all that its address shows, opened', async () => {
    const { page, shownNames, findings, close } = await open(options, '#credential-3');
    expect(await shownNames()).toEqual([names[2]]);
    expect(await findings.count()).toBeGreaterThan(0);
    expect(await page.locator('.overview, #worst, #practices, #filter').locator('visible=true').count()).toBe(
      0,
    );
    await close();
  });

  it('leads to the next one and back to all', async () => {
    const { page, shownNames, credentials, close } = await open(options, '#credential-3');
    await page.locator('.paging:visible [rel="next"]').click();
    expect(await shownNames()).toEqual([names[3]]);
    await page.locator('.paging:visible').getByText('All credentials').click();
    expect(await credentials.count()).toBe(12);
    expect(await page.locator('.overview').isVisible()).toBe(true);
    await close();
  });

  it('is reached from the worst finding', async () => {
    const { page, shownNames, close } = await open(options);
    const link = page.locator('#worst .where a').first();
    const name = await link.textContent();
    await link.click();
    expect(await shownNames()).toEqual([name]);
    await close();
  });
});

it('without its script the page shows everything and no dead form', async () => {
  const { page, credentials, close } = await open(WITHOUT_SCRIPT);
  expect(await credentials.count()).toBe(12);
  expect(await page.locator('#filter').isVisible()).toBe(false);
  await close();
});

it('shows a credential whole when it is alone, whatever the filter', async () => {
  const { page, findings, close } = await open();
  await page.getByLabel('Search').fill('nagios');
  await page.getByLabel('Warning', { exact: true }).check();
  await page.evaluate('location.hash = "#credential-1"');
  const [first] = report.credentials;
  await page.locator('.quiet:visible > summary').click();
  expect(await findings.count()).toBe(first?.findings.length);
  expect(await page.title()).toContain(names[0]);
  await close();
});

describe('on paper', () => {
  it.each([
    ['with its script', DESKTOP],
    ['without', WITHOUT_SCRIPT],
  ])('every finding stands open, and nothing to click, %s', async (_with, options) => {
    const { page, findings, close } = await open(options);
    await page.emulateMedia({ media: 'print' });
    expect(await findings.count()).toBe(
      report.credentials.flatMap((credential) => credential.findings).length,
    );
    expect(await page.locator('#filter, .contents, .skip, .alone').locator('visible=true').count()).toBe(0);
    await close();
  });

  it('it is a document of several pages, black on white even in the dark', async () => {
    const { page, close } = await open({ ...DESKTOP, colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(5);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    );
    await close();
  });
});

function failuresAccepted(): number {
  const findings = report.credentials.flatMap((credential) => credential.findings);
  return findings.filter(({ status, accepted }) => status === 'fail' && accepted).length;
}
