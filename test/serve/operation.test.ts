import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PassThrough } from 'node:stream';
import { openServer, type Server } from '../../src/serve/index.ts';
import { Admission } from '../../src/serve/admission.ts';
import { form } from './support/form.ts';
import { loneFace } from './support/lone-face.ts';

const photo = await loneFace();
let server: Server;
let logged = '';
before(async () => {
  const stream = new PassThrough().on('data', (chunk: Buffer) => (logged += chunk.toString()));
  server = await openServer({ workers: 1, maxActive: 1, maxQueued: 2, log: { level: 'info', stream } });
});
after(() => server.close());

const detect = () => server.app.inject({ method: 'POST', url: '/api/v1/detect', ...form(['photo', photo]) });

test('when the line is full the others are told at once to come again, and the server goes on', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, detect));
  const byStatus = (status: number) => answers.filter(({ statusCode }) => statusCode === status);
  assert.deepEqual([byStatus(200).length, byStatus(503).length], [3, 7]);
  for (const refused of byStatus(503)) {
    assert.equal(refused.json().error.code, 'RUNTIME_BUSY');
    assert.equal(refused.headers['retry-after'], '1');
  }
  assert.equal((await detect()).statusCode, 200);
});

test('a request that takes too long is told so, and its place is free again', async () => {
  await using slow = await openServer({ workers: 1, timeoutSeconds: 0.001, maxActive: 1, maxQueued: 0 });
  for (let i = 0; i < 3; i++) {
    const late = await slow.app.inject({ method: 'POST', url: '/api/v1/detect', ...form(['photo', photo]) });
    assert.deepEqual([late.statusCode, late.json().error.code], [503, 'REQUEST_TIMED_OUT']);
  }
});

test('a client that goes away leaves its place', async () => {
  const address = new URL(await server.listen('127.0.0.1', 0));
  const { headers, payload } = form(['photo', photo]);
  for (let i = 0; i < 5; i++) {
    const leaving = httpRequest({ port: address.port, method: 'POST', path: '/api/v1/detect', headers });
    leaving.on('error', () => {});
    leaving.write(payload.subarray(0, 1000));
    await once(leaving, 'socket');
    await new Promise((resolve) => setTimeout(resolve, 20));
    leaving.destroy();
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await detect()).statusCode, 200);
});

test('places in line go to those who came first, and back when they are left', async () => {
  const admission = new Admission(1, 1);
  const signal = new AbortController().signal;
  const [first, second] = [admission.enter(), admission.enter()];
  assert.throws(() => admission.enter(), { code: 'RUNTIME_BUSY' });
  const order: string[] = [];
  let finish!: () => void;
  const running = first.work(() => new Promise<void>((resolve) => (finish = resolve)), signal);
  const gone = new AbortController();
  const waiting = second.work(async () => void order.push('second'), gone.signal);
  assert.deepEqual([admission.active, admission.queued], [1, 1]);
  gone.abort(new Error('gone'));
  await assert.rejects(waiting, /gone/);
  second.leave();
  second.leave();
  const third = admission.enter();
  const last = third.work(async () => void order.push('third'), signal);
  finish();
  await Promise.all([running, last]);
  first.leave();
  third.leave();
  assert.deepEqual(order, ['third']);
  assert.deepEqual([admission.active, admission.queued], [0, 0]);
});

test('metrics are what Prometheus reads, and count by the pattern of a route', async () => {
  await server.app.inject('/api/v1/people/1234');
  const { body, headers } = await server.app.inject('/metrics');
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  for (const line of body.trimEnd().split('\n')) {
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)*\})? -?[\d.e+-]+)$/, line);
  }
  assert.match(
    body,
    /visage_http_requests_total\{method="GET",route="\/api\/v1\/people\/:personId",status="404"\} 1/,
  );
  assert.match(body, /visage_http_requests_total\{method="POST",route="\/api\/v1\/detect",status="503"\} 7/);
  assert.match(body, /visage_photos_active 0/);
});

test('the log has a line of JSON for each request, with its id and no key', async () => {
  await server.app.inject({
    url: '/api/v1/static/secret-key/images/x',
    headers: { 'x-request-id': 'look-here' },
  });
  await server.app.inject({ url: '/api/v1/people', headers: { 'x-request-id': 'forged\n{"level":60}' } });
  const lines = logged
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { reqId: string; msg: string });
  assert.ok(lines.some(({ reqId }) => reqId === 'look-here'));
  assert.ok(!logged.includes('secret-key'));
  assert.ok(!logged.includes('forged'));
});

test('on closing, what was accepted is finished and nothing more is taken', async () => {
  const ending = await openServer({ workers: 1, maxActive: 1 });
  const address = await ending.listen('127.0.0.1', 0);
  const { headers, payload } = form(['photo', photo], ['name', 'Last']);
  const asked = Array.from({ length: 3 }, () =>
    fetch(`${address}/api/v1/enroll?keepDuplicates=true`, {
      method: 'POST',
      headers,
      body: new Uint8Array(payload),
    }),
  );
  while (!(await ending.app.inject('/metrics')).body.includes('visage_photos_queued 2')) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await ending.close();
  const answers = await Promise.all(asked);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201],
  );
  await assert.rejects(fetch(`${address}/healthz`));
  await ending.close();
});

test('an address that cannot be had is told with what to do, and the server can try another', async () => {
  await using second = await openServer({ workers: 1 });
  const taken = Number(new URL(await second.listen('127.0.0.1', 0)).port);
  await using third = await openServer({ workers: 1 });
  await assert.rejects(third.listen('127.0.0.1', taken), {
    code: 'ADDRESS_UNUSABLE',
    message: `The server cannot listen on 127.0.0.1:${taken}: another program listens there already.`,
    hint: /another port with --port/,
  });
  assert.notEqual(Number(new URL(await third.listen('127.0.0.1', 0)).port), taken);
  // 192.0.2.0/24 is for documentation (RFC 5737): no machine has one of these.
  await using keyed = await openServer({ workers: 1, keysPath: join(tmpdir(), 'visage-no-such.keys') });
  await assert.rejects(keyed.listen('192.0.2.1', 0), { code: 'ADDRESS_UNUSABLE', hint: /--host/ });
});
