import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type PublishedPack, publishedPacks } from '../../src/packs/index.ts';
import { facenetOf } from '../../src/packs/published-packs.ts';
import { type FileServer, serveFiles, stuckAfter, whole } from '../packs/support/file-server.ts';
import { narrowFile, narrowPack, narrowSha256 } from '../packs/support/narrow-facenet.ts';
import { roomsWithRegistry } from './local-registry.ts';
import { type Recorded, recordCommandLine } from './recording.ts';

const root = await mkdtemp(join(tmpdir(), 'visage-models-'));
after(() => rm(root, { recursive: true, force: true }));
let nextFolder = 0;

/** A models folder of its own for each test: the verbs find it by this variable. */
function freshModels(): string {
  const folder = join(root, `models-${nextFolder++}`);
  process.env['VISAGE_MODELS'] = folder;
  return folder;
}

const packAt = (url: string, more: Partial<PublishedPack> = {}): PublishedPack =>
  narrowPack(
    [{ what: 'weights', sources: [{ url, sha256: narrowSha256, sizeBytes: narrowFile.length }] }],
    more,
  );

const serve = (): Promise<FileServer> => serveFiles({ '/narrow.pt': whole(narrowFile) });
const models = (registry: readonly PublishedPack[], ...argv: string[]): Promise<Recorded> =>
  recordCommandLine(['models', ...argv], roomsWithRegistry(registry));
const nobody: readonly PublishedPack[] = [];

interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}
const errorIn = ({ stdout }: Recorded): ErrorDocument['error'] => (JSON.parse(stdout) as ErrorDocument).error;

const weights = join(root, 'weights.pt');
await writeFile(weights, narrowFile);

test('list: a line for each pack on stdout, where they lie on stderr; --json says the same', async () => {
  const folder = freshModels();
  await using server = await serve();
  const registry = [packAt(`${server.url}/narrow.pt`)];
  const { exitCode, stdout, stderr } = await models(registry, 'list');
  assert.equal(exitCode, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, 2);
  assert.match(lines[0]!, /^bundled +bundled +128 +MIT/);
  assert.match(lines[1]!, /^narrow +available +16 +none$/);
  assert.equal(stderr, `Installed packs lie in ${folder}.\n`);

  await models(registry, 'pull', 'narrow');
  const json = await models(registry, 'list', '--json');
  const { packs, ...rest } = JSON.parse(json.stdout) as {
    readonly packs: readonly { readonly name: string; readonly state: string; readonly dimension: number }[];
  };
  assert.deepEqual(rest, { folder });
  assert.deepEqual(
    packs.map(({ name, state, dimension }) => [name, state, dimension]),
    [
      ['bundled', 'bundled', 128],
      ['narrow', 'installed', 16],
    ],
  );
});

test('list names a damaged pack and goes on', async () => {
  const folder = freshModels();
  await models(nobody, 'import', weights, '--as', 'mine', '--preprocessing', 'prewhiten');
  await writeFile(join(folder, 'mine', 'pack.json'), '{"format":');
  const { exitCode, stdout } = await models(nobody, 'list');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^mine +damaged .*pack\.json/m);
});

test('info: of what can be pulled, where from; of what is installed, what it is; of nothing, an error', async () => {
  freshModels();
  await using server = await serve();
  const url = `${server.url}/narrow.pt`;
  const registry = [packAt(url)];
  const before = await models(registry, 'info', 'narrow');
  assert.equal(before.exitCode, 0);
  assert.match(before.stdout, /^state +available$/m);
  assert.ok(before.stdout.includes(`${url}, SHA-256 ${narrowSha256}, ${narrowFile.length} bytes`));
  await models(registry, 'pull', 'narrow');
  const { stdout } = await models(registry, 'info', 'narrow', '--json');
  const document = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(document['state'], 'installed');
  assert.equal((document['pack'] as { name: string }).name, 'narrow');
  assert.deepEqual(document['origins'], [
    { file: 'narrow.pt', sha256: narrowSha256, sizeBytes: narrowFile.length },
  ]);
  // Other weights under the name of a published pack are not said to be trained as those were.
  const trained = [packAt(url, { name: 'mine', trainedOn: 'VGGFace2' })];
  await models(trained, 'import', weights, '--as', 'mine', '--preprocessing', 'prewhiten');
  assert.doesNotMatch((await models(trained, 'info', 'mine')).stdout, /VGGFace2/);
  const unknown = await models(registry, 'info', 'nobody', '--json');
  assert.equal(unknown.exitCode, 2);
  assert.equal(errorIn(unknown).code, 'PACK_UNKNOWN');
  assert.match(errorIn(unknown).message, /bundled, mine, narrow/);
});

test('info says whether anybody measured the distance beyond which two faces are two people', async () => {
  freshModels();
  const bundled = await models(nobody, 'info', 'bundled');
  assert.match(bundled.stdout, /^max distance +0\.42 \(measured by Visage on LFW/m);
  await models(nobody, 'import', weights, '--as', 'mine', '--preprocessing', 'prewhiten');
  const imported = await models(nobody, 'info', 'mine');
  assert.match(imported.stdout, /^max distance +0\.8 \(uncalibrated: that of deepface/m);
  for (const published of publishedPacks) {
    const { embedder } = facenetOf(published) ?? published.onnx!.pack;
    assert.match(embedder.maxDistanceSource ?? '', /^uncalibrated: .*(?:deepface|opencv)/, published.name);
  }
});

test('import: one line on stdout, licence and what was assumed on stderr; never over another pack', async () => {
  const folder = freshModels();
  const made = await models(nobody, 'import', weights, '--as', 'mine', '--preprocessing', 'prewhiten');
  assert.equal(made.exitCode, 0, made.stderr);
  assert.match(made.stdout, /^mine: 16 numbers a face; .*\n$/);
  assert.match(made.stderr, /^Licence: unknown/m);
  assert.match(made.stderr, /^Use it with --pack mine\.$/m);
  const pack = await readFile(join(folder, 'mine', 'pack.json'), 'utf8');
  const again = await models(nobody, 'import', weights, '--as', 'mine', '--json');
  assert.equal(again.exitCode, 1);
  assert.equal(errorIn(again).code, 'PACK_EXISTS');
  assert.equal(await readFile(join(folder, 'mine', 'pack.json'), 'utf8'), pack);

  const other = await models(nobody, 'import', weights, '--as', 'other', '--json', '--quiet');
  const document = JSON.parse(other.stdout) as { pack: { name: string }; notes: readonly string[] };
  assert.equal(document.pack.name, 'other');
  assert.notEqual(document.notes.length, 0, 'nobody said how the pixels are prepared');
});

test('import: what is no model, and what is not there, are coded errors', async () => {
  freshModels();
  const page = join(root, 'facenet_keras.h5');
  await writeFile(page, '<!DOCTYPE html><html><title>Sign in</title></html>');
  const html = await models(nobody, 'import', page, '--json');
  assert.equal(html.exitCode, 1);
  assert.equal(errorIn(html).code, 'WEIGHTS_NOT_A_MODEL');
  assert.match(errorIn(html).message, /a web page/);
  const missing = await models(nobody, 'import', join(root, 'missing.h5'), '--json');
  assert.equal(missing.exitCode, 1);
  assert.equal(errorIn(missing).code, 'FILE_NOT_FOUND');
  const choice = await models(nobody, 'import', weights, '--preprocessing', 'some', '--json');
  assert.equal(choice.exitCode, 2);
  assert.equal(errorIn(choice).code, 'USAGE');
  const name = await models(nobody, 'import', weights, '--as', 'bundled', '--json');
  assert.equal(name.exitCode, 2);
  assert.equal(errorIn(name).code, 'OPTION_INVALID');
});

test('pull: one line on stdout; a second time it was there already', async () => {
  const folder = freshModels();
  await using server = await serve();
  const registry = [packAt(`${server.url}/narrow.pt`)];
  const first = await models(registry, 'pull', 'narrow');
  assert.equal(first.exitCode, 0, first.stderr);
  assert.equal(
    first.stdout,
    'narrow: 16 numbers a face; bundled detector, FaceNet (Inception-ResNet-v1) with 16 numbers a face\n',
  );
  assert.match(first.stderr, /downloading narrow\.pt \(kB\)/);
  const second = await models(registry, 'pull', 'narrow', '--json');
  assert.equal((JSON.parse(second.stdout) as { wasThere: boolean }).wasThere, true);
  assert.equal(server.seen.length, 1);
  assert.deepEqual((await readdir(folder)).sort(), ['downloads', 'narrow']);
});

test('pull asks for --accept-license where the licence wants it', async () => {
  const folder = freshModels();
  await using server = await serve();
  const licence = 'non-commercial research only';
  const registry = [packAt(`${server.url}/narrow.pt`, { needsAcceptance: true, licence })];
  const refused = await models(registry, 'pull', 'narrow');
  assert.equal(refused.exitCode, 1);
  assert.equal(refused.stdout, '');
  assert.match(refused.stderr, /error LICENCE_NOT_ACCEPTED: .*non-commercial research only/);
  assert.match(refused.stderr, /^hint: .*--accept-license\.$/m);
  assert.equal(server.seen.length, 0);
  assert.deepEqual(await readdir(folder).catch(() => []), []);
  assert.equal((await models(registry, 'pull', 'narrow', '--accept-license')).exitCode, 0);
});

test('pull without a network says which file to fetch, and where to put it; then takes it from there', async () => {
  const folder = freshModels();
  const url = 'http://127.0.0.1:9/weights/narrow.pt';
  const registry = [packAt(url)];
  const failed = await models(registry, 'pull', 'narrow');
  assert.equal(failed.exitCode, 1);
  assert.equal(failed.stdout, '');
  assert.match(failed.stderr, /error DOWNLOAD_FAILED: weights could not be downloaded/);
  const place = join(folder, 'downloads');
  assert.ok(
    failed.stderr.includes(
      `hint: Fetch ${url} with a browser, put it as narrow.pt into ${place}, and run visage models pull narrow again.`,
    ),
    failed.stderr,
  );
  await writeFile(join(place, 'narrow.pt'), narrowFile);
  assert.equal((await models(registry, 'pull', 'narrow')).exitCode, 0);
});

test('pull of what nobody publishes names those that can be had', async () => {
  freshModels();
  const { exitCode, stderr } = await models([packAt('http://127.0.0.1:9/narrow.pt')], 'pull', 'nobody');
  assert.equal(exitCode, 2);
  assert.match(stderr, /error PACK_UNKNOWN: There is no pack nobody; .*narrow/);
});

test('pull: Ctrl-C keeps what came, says so, and the next pull goes on from there', async () => {
  const folder = freshModels();
  await using server = await serveFiles({ '/narrow.pt': stuckAfter(narrowFile, 60_000) });
  const script = fileURLToPath(new URL('pulling-process.js', import.meta.url));
  const argv = [script, `${server.url}/narrow.pt`, 'models', 'pull', 'narrow'];
  const env = { ...process.env, LANG: 'C.UTF-8', NO_COLOR: '1', VISAGE_MODELS: folder };
  const child = spawn(process.execPath, argv, { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const part = join(folder, 'downloads', `${narrowSha256}.part`);
  while ((await stat(part).catch(() => undefined))?.size !== 60_000) {
    assert.equal(child.exitCode, null, stderr);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGINT');
  assert.equal(await ended, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /error INTERRUPTED: Interrupted; what was downloaded so far is kept\./);
  assert.match(stderr, /^hint: Run the same command again to go on\.$/m);
  assert.deepEqual(await readdir(folder), ['downloads']);

  const again = await models([packAt(`${server.url}/narrow.pt`)], 'pull', 'narrow');
  assert.equal(again.exitCode, 0, again.stderr);
  assert.equal(server.seen.at(-1)!.headers.range, 'bytes=60000-');
});

test('verify: a line for each look; exit code 1 where one fails', async () => {
  const folder = freshModels();
  await models(nobody, 'import', weights, '--as', 'mine', '--preprocessing', 'prewhiten');
  const whole = await models(nobody, 'verify', 'mine');
  assert.equal(whole.exitCode, 0, whole.stderr);
  assert.match(whole.stdout, /^ok +embedder\.onnx is intact: SHA-256 [0-9a-f]{64}/m);
  assert.match(whole.stdout, /^ok +embedder runs: 16 numbers, all finite$/m);
  assert.match(whole.stdout, /^skipped +published distances/m);

  const file = join(folder, 'mine', 'embedder.onnx');
  const bytes = await readFile(file);
  bytes[5000]! ^= 255;
  await writeFile(file, bytes);
  const broken = await models(nobody, 'verify', 'mine', '--json');
  assert.equal(broken.exitCode, 1);
  const { ok, checks } = JSON.parse(broken.stdout) as {
    readonly ok: boolean;
    readonly checks: readonly { readonly name: string; readonly status: string }[];
  };
  assert.equal(ok, false);
  assert.deepEqual(
    checks.filter(({ status }) => status === 'fail').map(({ name }) => name),
    ['embedder.onnx is intact'],
  );
  const unknown = await models(nobody, 'verify', 'yours');
  assert.equal(unknown.exitCode, 2);
  assert.match(unknown.stderr, /error PACK_UNKNOWN/);
});

test('remove: says so once, then that there is none; never what comes with Visage', async () => {
  const folder = freshModels();
  await models(nobody, 'import', weights, '--as', 'mine', '--preprocessing', 'prewhiten');
  const removed = await models(nobody, 'remove', 'mine', '--json');
  assert.equal(removed.exitCode, 0);
  assert.deepEqual(JSON.parse(removed.stdout), { removed: 'mine' });
  assert.deepEqual(await readdir(folder), []);
  const again = await models(nobody, 'remove', 'mine');
  assert.equal(again.exitCode, 1);
  assert.match(again.stderr, /error PACK_NOT_INSTALLED/);
  const bundled = await models(nobody, 'remove', 'bundled');
  assert.equal(bundled.exitCode, 2);
  assert.match(bundled.stderr, /this one comes with Visage/);
});
