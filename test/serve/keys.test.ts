import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { KeyFile, openServer, type Server } from '../../src/serve/index.ts';
import { RateLimiter } from '../../src/serve/keys/rate-limiter.ts';
import { rooms } from '../../src/cli/rooms.ts';
import { recordCommandLine } from '../cli/recording.ts';
import { startServer } from '../support/visage-server.ts';

let folder: string;
let server: Server;
let open: Server;
const secrets: Record<string, string> = {};
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-keys-'));
  const keys = new KeyFile(join(folder, 'keys'));
  for (const scope of ['read', 'write', 'admin'] as const) {
    secrets[scope] = (await keys.create(`a ${scope} key`, scope)).secret;
  }
  server = await openServer({
    keysPath: join(folder, 'keys'),
    auditPath: join(folder, 'audit'),
    galleryPath: join(folder, 'gallery'),
    workers: 1,
  });
  open = await openServer({ workers: 1 });
});
after(async () => {
  await Promise.all([server.close(), open.close()]);
  await rm(folder, { recursive: true });
});

const ask = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  headers: Record<string, string>,
  payload?: object,
) => server.app.inject({ method, url: `/api/v1${path}`, headers, ...(payload && { payload }) });
const codeOf = (answer: { json(): { error?: { code: string } } }) => answer.json().error?.code;

test('a key is kept as a hash, in a file of its owner, and known by nothing else', async () => {
  const text = await readFile(join(folder, 'keys'), 'utf8');
  for (const secret of Object.values(secrets)) assert.ok(!text.includes(secret));
  assert.equal((await stat(join(folder, 'keys'))).mode & 0o777, 0o600);
  const keys = new KeyFile(join(folder, 'keys'));
  assert.equal((await keys.find(secrets['read']!))?.name, 'a read key');
  for (const wrong of [
    '',
    'x',
    secrets['read']!.toUpperCase(),
    `${secrets['read']}x`,
    secrets['read']!.slice(1),
  ]) {
    assert.equal(await keys.find(wrong), undefined, wrong);
  }
  const uuid = await keys.create('uuid', 'read', 'uuid');
  assert.match(uuid.secret, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  assert.notEqual(uuid.secret, uuid.key.id);
  await assert.rejects(keys.create(' ', 'read'), { code: 'OPTION_INVALID' });
});

test('a torn or foreign line opens nothing and hides nothing', async () => {
  const path = join(folder, 'torn');
  const keys = new KeyFile(path);
  const { secret } = await keys.create('one', 'admin');
  await appendFile(
    path,
    '{"create":"x","name":"n","scope":"root","sha256":"00","atMs":1}\nnonsense\n{"create":"tor',
  );
  assert.equal((await new KeyFile(path).list()).length, 1);
  assert.equal((await new KeyFile(path).find(secret))?.scope, 'admin');
});

test('two who make keys at the same time both keep theirs', async () => {
  const path = join(folder, 'two');
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, i) => new KeyFile(path).create(`k${i}`, 'read')),
  );
  const keys = new KeyFile(path);
  for (const { secret, key } of made) assert.equal((await keys.find(secret))?.id, key.id);
});

test('scopes: each may do what it says, and what those below it may', async () => {
  const rights = [
    ['GET', '/people', 'read'],
    ['POST', '/people', 'write'],
    ['GET', '/keys', 'admin'],
  ] as const;
  const order = ['read', 'write', 'admin'];
  for (const [method, path, needed] of rights) {
    assert.equal(codeOf(await ask(method, path, {})), 'KEY_MISSING');
    assert.equal((await ask(method, path, {})).statusCode, 401);
    assert.equal(codeOf(await ask(method, path, { 'x-api-key': 'visage_guess' })), 'KEY_INVALID');
    for (const has of order) {
      const payload = method === 'POST' ? { name: `By ${has}` } : undefined;
      const answer = await ask(method, path, { authorization: `Bearer ${secrets[has]}` }, payload);
      const may = order.indexOf(has) >= order.indexOf(needed);
      assert.equal(codeOf(answer), may ? undefined : 'KEY_SCOPE', `${has} at ${method} ${path}`);
      assert.equal(answer.statusCode < 300, may);
    }
  }
  for (const url of ['/healthz', '/readyz', '/openapi.json', '/']) {
    assert.equal((await server.app.inject(url)).statusCode, 200, url);
  }
});

test('keys are made and revoked over HTTP too; a revoked one is refused at once', async () => {
  const admin = { 'x-api-key': secrets['admin']! };
  const made = await ask('POST', '/keys', admin, { name: 'Doorbell', scope: 'read' });
  assert.equal(made.statusCode, 201, made.body);
  const { id, key } = made.json();
  assert.equal((await ask('GET', '/session', { 'x-api-key': key })).json().name, 'Doorbell');
  assert.ok(!(await ask('GET', '/keys', admin)).body.includes(key));
  assert.equal((await ask('DELETE', `/keys/${id}`, admin)).statusCode, 200);
  assert.equal(codeOf(await ask('GET', '/session', { 'x-api-key': key })), 'KEY_INVALID');
  assert.equal(codeOf(await ask('DELETE', `/keys/${id}`, admin)), 'KEY_UNKNOWN');
});

test('a key revoked by another process is refused within a second', async () => {
  const keys = new KeyFile(join(folder, 'keys'));
  const { key, secret } = await keys.create('other process', 'read');
  await keys.revoke(key.id);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  assert.equal(codeOf(await ask('GET', '/session', { 'x-api-key': secret })), 'KEY_INVALID');
});

test('a page keeps its key as a cookie that no script and no other site can use', async () => {
  const session = await ask('POST', '/session', { 'x-api-key': secrets['read']! });
  const cookie = String(session.headers['set-cookie']);
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  const own = { cookie: cookie.split(';')[0]!, host: 'visage.lan:8000' };
  assert.equal((await ask('GET', '/people', own)).statusCode, 200);
  assert.equal((await ask('GET', '/people', { ...own, origin: 'http://visage.lan:8000' })).statusCode, 200);
  assert.equal(
    codeOf(await ask('GET', '/people', { ...own, origin: 'http://evil.example' })),
    'ORIGIN_REFUSED',
  );
  assert.match(String((await ask('DELETE', '/session', own)).headers['set-cookie']), /Max-Age=0/);
});

test('without keys other sites and other names for this machine are refused', async () => {
  const from = (headers: Record<string, string>) =>
    open.app.inject({ url: '/api/v1/people', headers: { host: '127.0.0.1:8000', ...headers } });
  assert.equal((await from({})).statusCode, 200);
  assert.equal((await from({ origin: 'http://127.0.0.1:8000' })).statusCode, 200);
  assert.equal(codeOf(await from({ origin: 'http://evil.example' })), 'ORIGIN_REFUSED');
  assert.equal(codeOf(await from({ origin: 'null' })), 'ORIGIN_REFUSED');
  assert.equal(codeOf(await from({ host: 'evil.example:8000' })), 'ORIGIN_REFUSED');
  assert.equal((await from({ host: '[::1]:8000' })).statusCode, 200);
  await assert.rejects(open.listen('0.0.0.0', 0), { code: 'ADDRESS_UNSAFE' });
});

test('so many requests a minute, then a pause of the right length', () => {
  let now = 0;
  const limiter = new RateLimiter(60, () => now);
  for (let i = 0; i < 60; i++) assert.equal(limiter.take('a'), 0);
  assert.equal(limiter.take('a'), 1);
  assert.equal(limiter.take('b'), 0, 'others are not held up');
  now += 1000;
  assert.equal(limiter.take('a'), 0);
  assert.equal(limiter.take('a'), 1);
  now += 3_600_000;
  for (let i = 0; i < 60; i++) assert.equal(limiter.take('a'), 0);
  assert.equal(limiter.take('a'), 1, 'a long pause saves up a minute and no more');
  assert.equal(new RateLimiter(0).take('a'), 0);
});

test('the log of who did what has a line for every request with a scope, and no key and no name in it', async () => {
  const person = (
    await ask('POST', '/people', { 'x-api-key': secrets['write']! }, { name: 'Audited' })
  ).json();
  await ask('DELETE', `/people/${person.id}`, { 'x-api-key': secrets['write']!, 'x-request-id': 'my-id' });
  const text = await readFile(join(folder, 'audit'), 'utf8');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const last = lines.at(-1);
  assert.equal(last.action, 'DELETE /api/v1/people/:personId');
  assert.equal(last.requestId, 'my-id');
  assert.equal(last.key.name, 'a write key');
  assert.deepEqual(last.target, { personId: person.id });
  assert.equal(last.status, 200);
  assert.equal(lines.at(-2).person, person.id);
  assert.ok(lines.some(({ status, key }) => status === 401 && key === null));
  for (const secret of Object.values(secrets)) assert.ok(!text.includes(secret));
  assert.ok(!text.includes('Audited'));
  const { entries } = (await ask('GET', '/audit?limit=2', { 'x-api-key': secrets['admin']! })).json();
  assert.deepEqual(entries, lines.slice(-2).reverse());
});

test('every answer carries the headers that keep browsers from harm', async () => {
  for (const url of ['/', '/api/v1/people', '/nothing', '/docs/']) {
    const { headers } = await open.app.inject({ url, headers: { host: 'localhost' } });
    assert.equal(headers['x-content-type-options'], 'nosniff', url);
    assert.match(String(headers['content-security-policy']), /default-src '(none|self)'/, url);
    assert.equal(headers['referrer-policy'], 'no-referrer', url);
  }
  const page = String((await open.app.inject('/')).headers['content-security-policy']);
  assert.match(page, /script-src 'self' 'wasm-unsafe-eval'/);
  assert.match(page, /worker-src 'self'(;|$)/);
  assert.doesNotMatch(page, /unsafe-inline|https?:|\*/);
});

test('keys and server lie where VISAGE_GALLERY says, as galleries do', async () => {
  const env = { VISAGE_GALLERY: join(folder, 'home.gallery') };
  const made = await recordCommandLine(['keys', 'create', 'Door', '--json'], rooms, env);
  assert.equal(made.exitCode, 0, made.stderr);
  const { key } = JSON.parse(made.stdout) as { key: string };
  assert.equal((await new KeyFile(join(folder, 'home.gallery.keys')).list())[0]!.name, 'Door');
  const listed = await recordCommandLine(['keys', 'list', '--json'], rooms, env);
  assert.deepEqual(
    JSON.parse(listed.stdout).keys.map(({ name }: { name: string }) => name),
    ['Door'],
  );

  const { child, ended, address } = await startServer([], { cwd: folder, env });
  try {
    const answer = await fetch(`${address}/api/v1/people`, { headers: { 'x-api-key': key } });
    assert.equal(answer.status, 200);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  await stat(env.VISAGE_GALLERY);
  await stat(`${env.VISAGE_GALLERY}.audit.jsonl`);
});
