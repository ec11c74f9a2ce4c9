import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const browserPath = [process.env['CHROMIUM'], ...places].find(
  (path) => path !== undefined && existsSync(path),
);

/** The reason to skip a test that needs a browser, or false where one is there. */
export const skipWithoutBrowser: string | false =
  browserPath === undefined ? 'needs Chromium (or CHROMIUM=path), which is absent here' : false;

/** Starts the browser of this machine; the caller closes it. */
export const openBrowser = (...flags: readonly string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: browserPath!,
    // Containers: no user namespaces for the sandbox, little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', ...flags],
  });

/** A page and what it complained of: console, errors, requests to anywhere but the page itself. */
export interface OpenedPage {
  readonly page: Page;
  readonly troubles: readonly string[];
}

/** Opens a self-contained page at a width; the caller closes it. */
export async function openPage(
  browser: Browser,
  address: string,
  { width = 1200, dark = false }: { readonly width?: number; readonly dark?: boolean } = {},
): Promise<OpenedPage> {
  const page = await browser.newPage({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const troubles: string[] = [];
  page.on('console', (message) => troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:') && request.url() !== address) troubles.push(request.url());
  });
  await page.goto(address);
  return { page, troubles };
}

/** How many pixels a page is wider than the window; 0 where it fits. */
export const overflowPx = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
