import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test, after } from 'node:test';
import { promisify } from 'node:util';
import { decodeModel } from '../../src/formats/index.ts';
import { buildNetwork, builderVersion, sha256 } from '../../src/packs/definition.ts';
import { openPack, packs } from '../../src/packs/index.ts';
import { openModels } from '../../src/packs/open.ts';
import { packDefinition } from '../../src/packs/registry.ts';
import { weightsHome } from '../support/bundled-weights.ts';
import { inRepository } from '../support/repository.ts';

const root = await mkdtemp(join(tmpdir(), 'visage-test-'));
after(() => rm(root, { recursive: true }));
const cacheFolder = join(root, 'cache');

test('the bundled pack opens, and opens again to the same', async () => {
  const pack = await openPack('bundled', { cacheFolder });
  assert.deepEqual(await openPack('bundled', { cacheFolder }), pack);
  assert.equal(packs[0]!.name, 'bundled');
  const { models, ...record } = pack;
  assert.deepEqual(record, packs[0]);
  const model = decodeModel(await readFile(models.detector.path), models.detector.path);
  assert.equal(model.metadata.get('pack'), 'bundled');
  assert.deepEqual(
    model.graph.outputs.map(({ name }) => name),
    ['encodings', 'logits'],
  );
  assert.equal(pack.alignment.method, 'landmarks');
  const { template } = pack.alignment;
  for (const { x, y } of template) {
    assert.ok(x > 30 && x < 120 && y > 30 && y < 120, 'the template lies inside the crop');
  }
});

test('the networks are, bit for bit, those of this builder version', async () => {
  const { models } = await openPack('bundled', { cacheFolder });
  const built: Record<string, string> = {};
  for (const { name, path } of Object.values(models)) built[name] = sha256(await readFile(path));
  const definition = packDefinition('bundled');
  const { detectorBytes, embedderBytes } = definition.networks;
  for (const network of [detectorBytes, embedderBytes].flatMap((either) => Object.values(either))) {
    const bytes = await buildNetwork(definition, network, join(weightsHome, network.manifest));
    // What this machine has chosen is one of the two.
    assert.equal(built[network.name] ?? sha256(bytes), sha256(bytes));
    built[network.name] = sha256(bytes);
  }
  const golden: unknown = JSON.parse(
    await readFile(inRepository('test/packs/goldens/networks.json'), 'utf8'),
  );
  // Does this fail because a network is meant to have changed? Then raise builderVersion and the golden.
  assert.deepEqual({ builderVersion, built }, golden);
});

test('an unknown pack is refused with the known ones', async () => {
  await assert.rejects(openPack('facenet', { cacheFolder, modelsFolder: join(root, 'none') }), {
    code: 'PACK_UNKNOWN',
    message: /^There is no pack facenet; known packs: bundled; to be pulled: facenet-128, /,
  });
  await assert.rejects(openPack('facenet-128', { cacheFolder, modelsFolder: join(root, 'none') }), {
    code: 'PACK_NOT_INSTALLED',
  });
});

test('missing, short and foreign weights are refused by name', async () => {
  const definition = packDefinition('bundled');
  const home = join(root, 'weights');
  await mkdir(join(home, 'model'), { recursive: true });
  const open = () => openModels(definition, join(root, 'other'), () => home);
  await assert.rejects(open(), { code: 'WEIGHTS_MISSING' });
  const source = join(weightsHome, 'model');
  for (const file of await readdir(source)) await copyFile(join(source, file), join(home, 'model', file));
  const weights = join(home, 'model', 'face_landmark_68_model.bin');
  const manifest = join(home, 'model', 'face_landmark_68_model-weights_manifest.json');
  const bytes = await readFile(weights);

  await writeFile(
    weights,
    bytes.map((byte, i) => (i === 1000 ? byte ^ 1 : byte)),
  );
  await assert.rejects(open(), { code: 'WEIGHTS_INVALID', message: /landmarks-68.*SHA-256/ });
  await truncate(weights, 1000);
  await assert.rejects(open(), { code: 'WEIGHTS_INVALID' });
  await rm(weights);
  await assert.rejects(open(), { code: 'WEIGHTS_MISSING', message: /face_landmark_68_model\.bin/ });
  await writeFile(weights, bytes);
  const json = await readFile(manifest, 'utf8');
  await writeFile(manifest, '[');
  await assert.rejects(open(), { code: 'WEIGHTS_INVALID', message: /not JSON/ });
  await writeFile(manifest, json);
  assert.equal((await open()).landmarks.name, 'landmarks-68');
});

/** Opens the pack in a process of its own and gives the path of its detector. */
async function openElsewhere(env: Record<string, string>): Promise<string> {
  const face = new URL('../../src/packs/index.js', import.meta.url).href;
  const program = `import { openPack } from '${face}';
    const { models } = await openPack('bundled');
    console.log(models.detector.path);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, VISAGE_CACHE: '', ...env },
  });
  return stdout.trim();
}

test('processes that start at the same time share one cache', async () => {
  const shared = join(root, 'shared');
  const paths = await Promise.all([1, 2, 3].map(() => openElsewhere({ VISAGE_CACHE: shared })));
  assert.deepEqual(new Set(paths).size, 1);
  const golden = join(cacheFolder, 'bundled', basename(paths[0]!));
  assert.equal(sha256(await readFile(paths[0]!)), sha256(await readFile(golden)));
  assert.equal((await readdir(dirname(paths[0]!))).length, 11);
});

test('where the home cannot be written a temporary folder serves, and goes with the process', async () => {
  const file = join(root, 'file');
  await writeFile(file, '');
  // No folder can be made below a regular file, whoever tries; every system's custom is covered.
  const path = await openElsewhere({ XDG_CACHE_HOME: file, LOCALAPPDATA: file, HOME: file });
  assert.ok(path.startsWith(tmpdir()), path);
  assert.equal(existsSync(dirname(dirname(path))), false);
});

test('a cache folder that was asked for is used or refused', async () => {
  const file = join(root, 'file');
  await writeFile(file, '');
  await assert.rejects(openPack('bundled', { cacheFolder: file }), { code: 'CACHE_UNWRITABLE' });
  await assert.rejects(openElsewhere({ VISAGE_CACHE: file }), /CACHE_UNWRITABLE/);
});
