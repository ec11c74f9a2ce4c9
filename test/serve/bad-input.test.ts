/**
 * Odd files and random requests: the answer is a coded refusal, never a fault, and the server is alive and
 * correct afterwards. `VISAGE_FUZZ=10000` sends that many random requests instead of a few hundred.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { openServer, type Server } from '../../src/serve/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { fileAt, form } from './support/form.ts';
import { loneFace } from './support/lone-face.ts';

let server: Server;
let port: number;
let expected: unknown;
const photo = await loneFace();
const detect = () => server.app.inject({ method: 'POST', url: '/api/v1/detect', ...form(['photo', photo]) });
before(async () => {
  server = await openServer({ workers: 1, maxPixels: 60e6 });
  port = Number(new URL(await server.listen('127.0.0.1', 0)).port);
  expected = (await detect()).json();
});
after(async () => {
  assert.deepEqual((await detect()).json(), expected, 'correct afterwards');
  await server.close();
});

interface Answer {
  readonly statusCode: number;
  readonly body: string;
  json(): { error?: { code: string; message: string; hint: string }; code?: number; message?: string };
}

/** Below 400, or a refusal with a code, and never a fault or a place in the program. */
function assertRefusedOrAnswered(answer: Answer, what: string): void {
  assert.ok(answer.statusCode < 500, `${what}: ${answer.statusCode} ${answer.body.slice(0, 300)}`);
  assert.doesNotMatch(answer.body, /\n\s+at |\.js:\d|node_modules/, what);
  if (answer.statusCode < 400) return;
  const { error, code, message } = answer.json();
  if (error === undefined) assert.ok(typeof code === 'number' && typeof message === 'string', what);
  else assert.ok(/^[A-Z_]+$/.test(error.code) && error.message !== '' && error.hint !== '', what);
}

describe('every odd file', { skip: skipWithoutShared('data/badinput') }, () => {
  const files = readdirSync(inShared('data/badinput')).filter((file) => file !== 'README.md');
  // Nothing but a face in a readable picture is a success.
  const paths = ['/api/v1/identify', '/api/v1/enroll', '/api/v1/detection/detect'];

  test('is looked at or refused', async () => {
    const refused = new Set<string>();
    for (const [i, file] of files.entries()) {
      const { bytes } = await fileAt(inShared('data/badinput', file));
      const path = paths[i % paths.length]!;
      const field = path.includes('detection') ? 'file' : 'photo';
      const answer = await server.app.inject({
        method: 'POST',
        url: path,
        ...form([field, { fileName: file, bytes }], ['name', 'Odd']),
      });
      assertRefusedOrAnswered(answer, `${file} at ${path}`);
      if (answer.statusCode >= 400) refused.add(file);
    }
    for (const hopeless of ['zero_bytes.jpg', 'text_renamed.jpg', 'html_renamed.jpg', 'tiny_1x1.png']) {
      assert.ok(refused.has(hopeless), hopeless);
    }
    for (const fine of ['baseline.jpg', 'progressive.jpg', 'photo.webp', 'jpg_without_extension']) {
      if (paths[files.indexOf(fine) % paths.length]!.includes('detection') && !fine.includes('.')) continue;
      assert.ok(!refused.has(fine), fine);
    }
  });
});

const count = Number(process.env['VISAGE_FUZZ'] ?? 300);

test(`${count} random requests`, async () => {
  const random = new Random(Number(process.env['VISAGE_FUZZ_SEED'] ?? 1));
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random.next() * items.length)]!;
  const api = (await server.app.inject('/openapi.json')).json() as { paths: Record<string, object> };
  const paths = [
    ...Object.keys(api.paths),
    '/nothing',
    '/api/v1/',
    '/docs',
    '//',
    '/%00',
    '/api/v1/people/%2e%2e%2f',
  ];
  const words = [
    '',
    'Ada',
    '..',
    '../../etc/passwd',
    '\u0000',
    '😀',
    'null',
    '-1',
    '1e309',
    '%',
    "' OR 1=1 --",
    'a'.repeat(300),
    '00000000-0000-8000-8000-000000000001',
  ];
  const values: unknown[] = [
    null,
    true,
    0,
    -1,
    1e308,
    '',
    ...words,
    [],
    {},
    [[]],
    [1, 'a'],
    { a: { b: [] } },
    Array.from({ length: 128 }, () => 0),
  ];
  const names = [
    'name',
    'photo',
    'file',
    'subject',
    'first',
    'second',
    'faceIds',
    'from',
    'personId',
    'exampleIds',
    'embeddings',
    'source',
    'targets',
    'limit',
    'box',
    'remember',
    'scope',
    '__proto__',
    'constructor',
  ];
  const bytesOf = (length: number) =>
    Buffer.from(Array.from({ length }, () => Math.floor(random.next() * 256)));
  const json = () =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 3 }, () => [pick(names), pick(values)])));
  const damaged = (text: string) => {
    const at = Math.floor(random.next() * text.length);
    return text.slice(0, at) + String.fromCharCode(Math.floor(random.next() * 128)) + text.slice(at + 1);
  };
  for (let i = 0; i < count; i++) {
    const path = pick(paths).replaceAll(/\{\w+\}/g, () => encodeURIComponent(pick(words)));
    const query = Array.from(
      { length: Math.floor(random.next() * 3) },
      () => `${pick(names)}=${encodeURIComponent(pick(words))}`,
    );
    const wellFormed = form(
      [
        pick(names),
        random.next() < 0.5
          ? pick(words)
          : { fileName: pick(words).replaceAll('\u0000', ''), bytes: bytesOf(200) },
      ],
      [pick(names), pick(words)],
    );
    const bodies = [
      { headers: {}, payload: undefined },
      { headers: { 'content-type': 'application/json' }, payload: json() },
      { headers: { 'content-type': 'application/json' }, payload: damaged(json()) },
      {
        headers: {
          'content-type': pick([
            'image/jpeg',
            'application/octet-stream',
            'text/plain',
            'x',
            'multipart/form-data; boundary=b',
            'multipart/form-data',
          ]),
        },
        payload: bytesOf(100),
      },
      wellFormed,
      { ...wellFormed, payload: Buffer.from(damaged(wellFormed.payload.toString('latin1')), 'latin1') },
      {
        ...wellFormed,
        payload: wellFormed.payload.subarray(0, Math.floor(random.next() * wellFormed.payload.length)),
      },
    ];
    const { headers, payload } = pick(bodies);
    const method = pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'] as const);
    const url = `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`;
    const answer = await server.app.inject({
      method,
      url,
      headers: { ...headers, 'x-api-key': pick(words).replaceAll(/[^\x20-\x7e]/g, '') },
      ...(payload !== undefined && { payload }),
    });
    if (method === 'HEAD') continue;
    assertRefusedOrAnswered(answer, `request ${i}: ${method} ${url}`);
  }
});

const raw = (text: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (data) => (received += data.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
    setTimeout(() => socket.destroy(), 500).unref();
  });

test('what is no HTTP is refused, and a half-sent request keeps nobody', async () => {
  for (const text of [
    'nonsense\r\n\r\n',
    'GET /api/v1/people HTTP/1.1\r\n\r\n',
    'GET /Zoë HTTP/1.1\r\nHost: x\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
  ]) {
    const [head = '', body = ''] = (await raw(text)).split('\r\n\r\n');
    assert.match(head, /^HTTP\/1\.1 4\d\d /, text.slice(0, 40));
    assert.equal(typeof JSON.parse(body).error.code, 'string');
  }
  await raw(
    'POST /api/v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\nabc',
  );
  assert.equal((await server.app.inject('/healthz')).statusCode, 200);
});
