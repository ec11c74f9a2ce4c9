import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The API, for `npx vite web` beside a running `visage serve --without-keys`. */
const server = 'http://127.0.0.1:8000';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: 'public',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // A policy without inline scripts and styles, so nothing is written into the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/docs', '/openapi.json'].map((path) => [path, server])),
  },
});
