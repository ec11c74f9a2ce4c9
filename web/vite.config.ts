import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** The API, for `npx vite web` beside a running `visage serve --without-keys`. */
const server = 'http://127.0.0.1:8000';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = `${root}src/`;

/**
 * Lets the page share code with the library, which runs in Node: what native code does there is done in
 * TypeScript here, and packages and modules of Node, which the shared code itself never uses, stay out. Fails the
 * build if one of them gets in all the same.
 */
const sharedCode = (): Plugin => ({
  name: 'visage:shared-code',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!importer?.startsWith(library)) return undefined;
    if (source.endsWith('/fit/native.ts')) return `${library}image/fit/plain.ts`;
    return source.startsWith('.') ? undefined : { id: source, external: true, moduleSideEffects: false };
  },
  transform(code, id) {
    // Else Vite would build the workers that Node's side of the library starts, which the page does not use.
    if (!id.startsWith(library) || !code.includes('import.meta.url')) return undefined;
    return { code: code.replaceAll('import.meta.url', "''"), map: null };
  },
  generateBundle(_options, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type !== 'chunk') continue;
      const foreign = [...part.imports, ...part.dynamicImports].filter((id) => bundle[id] === undefined);
      if (foreign.length > 0) this.error(`${part.fileName} needs what no browser has: ${foreign.join(', ')}`);
    }
  },
});

/** Writes down which files the page is made of, so that scripts/build.mjs knows when to build it again. */
const sources = new Set<string>();
const writeSources = (): Plugin => ({
  name: 'visage:sources',
  buildEnd() {
    for (const id of this.getModuleIds()) {
      const file = relative(root, id.split('?')[0]!);
      if (file.startsWith('src/')) sources.add(file);
    }
  },
  closeBundle() {
    writeFileSync(`${root}dist/web.sources.json`, JSON.stringify([...sources].sort()));
  },
});

/** Files below gain nothing: the answer fits in one packet with its headers. */
const leastBytesCompressed = 1024;
/** Of 0 to 11. The highest makes ONNX Runtime 14 % smaller still, in half a minute instead of two seconds. */
const brotliQuality = 9;

/**
 * Writes compressed copies beside the files of the page, for the server to send. Browsers take Brotli over HTTPS and
 * from this machine alone, so there is gzip as well; but not of ONNX Runtime, which only the live view needs, and
 * cameras are for the same places as Brotli.
 */
const compressedCopies = (): Plugin => ({
  name: 'visage:compressed-copies',
  closeBundle() {
    const assets = `${root}dist/web/assets/`;
    for (const name of readdirSync(assets)) {
      const bytes = readFileSync(assets + name);
      if (bytes.length < leastBytesCompressed) continue;
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      };
      writeFileSync(`${assets}${name}.br`, brotliCompressSync(bytes, { params }));
      if (!name.endsWith('.wasm')) writeFileSync(`${assets}${name}.gz`, gzipSync(bytes, { level: 9 }));
    }
  },
});

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: 'public',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [sharedCode(), writeSources(), compressedCopies()],
  worker: { format: 'es', plugins: () => [sharedCode(), writeSources()] },
  // ONNX Runtime Web as two files of its own, loaded when the live view asks for them.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production'] },
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
