import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestLog } from '../../src/cli/view/request-log.ts';
import { paint } from '../../src/cli/view/style.ts';
import { openServer } from '../../src/serve/index.ts';

/** `15:42:13`, as the first thing on a line. */
const clock = /^\d\d:\d\d:\d\d {2}/;

test('a person at a terminal reads one line for each answer of the server, and the code of what went wrong', async () => {
  const lines: string[] = [];
  const stream = new RequestLog((line) => lines.push(line), 'none');
  await using server = await openServer({ workers: 1, log: { level: 'info', stream } });
  await server.app.inject('/healthz');
  await server.app.inject('/api/v1/nothing?x=1');
  await server.app.inject({ method: 'POST', url: '/api/v1/people', payload: { name: '' } });
  assert.deepEqual(
    lines.map((line) => line.replace(clock, '').replace(/\d+ ms/, 'N ms')),
    [
      '200  GET /healthz  N ms',
      '404  GET /api/v1/nothing?x=1  N ms  ROUTE_UNKNOWN',
      '422  POST /api/v1/people  N ms  PERSON_NAME_INVALID',
    ],
  );
  for (const line of lines) assert.match(line, clock);
});

const written = (log: RequestLog, entry: object) =>
  log.write(`${JSON.stringify({ level: 30, time: 0, ...entry })}\n`);

test('faults are told at once, in colour where there is some, and hold no signs that move the cursor', () => {
  const lines: string[] = [];
  const log = new RequestLog((line) => lines.push(line), '16');
  written(log, { reqId: 'a', req: { method: 'GET', url: '/x\u001b[2J' } });
  written(log, { reqId: 'a', level: 50, code: 'INTERNAL', msg: 'the disk\u001b[2J is gone' });
  written(log, { reqId: 'a', res: { statusCode: 500 }, responseTime: 2512 });
  written(log, { reqId: 'never asked', res: { statusCode: 200 } });
  assert.equal(lines.length, 2);
  assert.ok(lines[0]!.includes(`${paint('error', 'bad', '16')}  the disk`));
  assert.ok(lines[1]!.includes(`${paint('500', 'bad', '16')}  GET /x`));
  assert.match(lines[1]!, / {2}2\.5 s {2}INTERNAL$/);
  for (const line of lines) assert.ok(!line.includes('\u001b[2J'));
});

test('requests that are never answered do not fill the memory', () => {
  const lines: string[] = [];
  const log = new RequestLog((line) => lines.push(line), 'none');
  for (let i = 0; i <= 1000; i++) written(log, { reqId: String(i), req: { method: 'GET', url: `/${i}` } });
  for (const reqId of ['0', '1']) written(log, { reqId, res: { statusCode: 200 }, responseTime: 1 });
  assert.deepEqual(
    lines.map((line) => line.replace(clock, '')),
    ['200  GET /1  1 ms'],
  );
});
