import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openServer, type Server, type ServerOptions } from '../../../src/serve/index.ts';
import { openBrowser } from '../../support/browser.ts';

/** A server with an empty gallery in memory, and a browser. */
export interface Visit extends AsyncDisposable {
  readonly server: Server;
  readonly browser: Browser;
  readonly address: string;
  /** Complaints of the browser and requests to other hosts, of every page so far. */
  readonly troubles: string[];
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
}

export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

export async function visit(
  options: Partial<ServerOptions> = {},
  ...flags: readonly string[]
): Promise<Visit> {
  const server = await openServer({ version: '1.2.3', workers: 1, ...options });
  const address = await server.listen('127.0.0.1', 0);
  const browser = await openBrowser(...flags);
  const troubles: string[] = [];
  return {
    server,
    browser,
    address,
    troubles,
    open: async (path, contextOptions = {}) => {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 860 },
        reducedMotion: 'reduce',
        ...contextOptions,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      page.on('console', (message) => {
        // Failed requests show up here too; the tests look at what the page says of them.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(String(error.stack ?? error)));
      page.on('request', (request) => {
        const url = request.url();
        if (!/^(blob|data):/.test(url) && !url.startsWith(`${address}/`)) troubles.push(`request to ${url}`);
      });
      await page.goto(`${address}/#/${path}`);
      return page;
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await server.close();
    },
  };
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Serious and critical faults of accessibility that axe-core finds, as lines. */
export async function faultsOf(page: Page): Promise<string[]> {
  // Through the debugger: the policy of the page lets no foreign script in.
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(axePath, 'utf8'));
  const found = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  )) as { id: string; impact: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help} – ${html.slice(0, 200)} – ${failureSummary}`),
    );
}

/** Writes what the page looks like into the folder VISAGE_SCREENSHOTS, where that is set. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['VISAGE_SCREENSHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
