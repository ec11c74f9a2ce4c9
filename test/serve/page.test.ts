import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { openServer, type Server } from '../../src/serve/index.ts';
import { inRepository } from '../support/repository.ts';

const folder = inRepository('dist', 'web', 'assets');
const files = readdirSync(folder).filter((name) => !/\.(br|gz)$/.test(name));
let server: Server;
before(async () => {
  server = await openServer({ workers: 1 });
});
after(() => server.close());

const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  server.app.inject({ url: path, headers });

const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
};

test('the files of the page are sent compressed to those who take it, and are the same files', async () => {
  assert.ok(files.some((name) => name.endsWith('.wasm')));
  for (const name of files) {
    const path = `/assets/${name}`;
    const file = readFileSync(`${folder}/${name}`);
    const plain = await ask(path);
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.ok(plain.rawPayload.equals(file));
    const tags = new Set([plain.headers.etag]);
    const encodings = name.endsWith('.wasm') ? ['br'] : ['br', 'gzip'];
    for (const encoding of encodings) {
      const sent = await ask(path, { 'accept-encoding': encoding });
      const what = `${name} as ${encoding}`;
      assert.equal(sent.headers['content-encoding'], encoding, what);
      assert.ok(decoders[encoding]!(sent.rawPayload).equals(file), what);
      assert.ok(sent.rawPayload.length < 0.45 * file.length, what);
      assert.equal(Number(sent.headers['content-length']), sent.rawPayload.length);
      for (const header of ['content-type', 'content-security-policy', 'cache-control', 'vary']) {
        assert.equal(sent.headers[header], plain.headers[header], `${header} of ${what}`);
      }
      tags.add(sent.headers.etag);
      const known = { 'accept-encoding': encoding, 'if-none-match': String(sent.headers.etag) };
      assert.equal((await ask(path, known)).statusCode, 304, what);
      assert.equal((await ask(path, { ...known, 'accept-encoding': 'identity' })).statusCode, 200, what);
    }
    assert.equal(tags.size, 1 + encodings.length, 'a tag for each form');
    assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(plain.headers.vary, 'accept-encoding');
  }
});

test('browsers prefer Brotli; whoever refuses all forms but the plain one gets that', async () => {
  const script = `/assets/${files.find((name) => /^index-.*\.js$/.test(name))!}`;
  const encodingFor = async (accepted: string) =>
    (await ask(script, { 'accept-encoding': accepted })).headers['content-encoding'];
  assert.equal(await encodingFor('gzip, deflate, br, zstd'), 'br');
  assert.equal(await encodingFor('gzip, deflate'), 'gzip');
  assert.equal(await encodingFor('deflate'), undefined);
  assert.equal(await encodingFor('br;q=0, gzip;q=0'), undefined);
});

test('the page itself is asked for again each time; the copies are no files of their own', async () => {
  const page = await ask('/', { 'accept-encoding': 'br, gzip' });
  assert.match(page.body, /^<!doctype html>/i);
  assert.equal(page.headers['cache-control'], 'no-cache');
  for (const name of files) {
    for (const form of ['br', 'gz']) assert.equal((await ask(`/assets/${name}.${form}`)).statusCode, 404);
  }
});
