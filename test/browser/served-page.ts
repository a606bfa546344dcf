import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page of the report as a browser gets it from a server that keeps account of what it is asked for. */
export class ServedPage {
  readonly requests: string[] = [];
  readonly #server: Server;

  constructor(html: string) {
    this.#server = createServer(({ url = '' }, response) => {
      this.requests.push(url);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/report.html`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
export const DARK: BrowserContextOptions = { ...DESKTOP, colorScheme: 'dark' };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 375, height: 812 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

/** A fresh page of the browser at `url`; whatever it complains about is in `complaints`. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = DESKTOP) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Opens all that can be opened, so that it is looked at. */
export async function openAll(page: Page): Promise<void> {
  await page.evaluate('document.querySelectorAll("details").forEach((panel) => { panel.open = true; })');
}
