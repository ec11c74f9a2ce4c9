import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

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
