import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import {
  calibrationPath,
  knownPacks,
  packCalibration,
  packs,
  shippedCalibration,
  writePackCalibration,
} from '../../src/packs/index.ts';

const shipped = shippedCalibration('bundled')!;

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-calibration-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the bundled pack comes with a calibration that fits it; others have none until somebody makes one', async () => {
  await withFolder(async (folder) => {
    assert.deepEqual(await packCalibration('bundled', folder), shipped);
    assert.equal(shipped.dimension, packs[0]!.embedder.dimension);
    assert.equal(await packCalibration('facenet-128', folder), undefined);
  });
});

test('one’s own calibration is kept beside the pack and found again, for each name by itself', async () => {
  await withFolder(async (folder) => {
    const own = { ...shipped, source: 'my people' };
    const path = await writePackCalibration(own, folder);
    assert.equal(path, join(folder, 'bundled', 'calibration.json'));
    assert.deepEqual(await packCalibration('bundled', folder), own);
    const reference = { ...own, pack: 'facenet-128+reference' };
    await writePackCalibration(reference, folder);
    assert.deepEqual(await packCalibration('facenet-128+reference', folder), reference);
    assert.equal(await packCalibration('facenet-128', folder), undefined);
    assert.deepEqual(await readdir(join(folder, 'bundled')), ['calibration.json']);
    // A folder with nothing but a calibration is no pack.
    assert.deepEqual(
      (await knownPacks(folder, [])).map(({ name }) => name),
      ['bundled'],
    );
  });
});

test('a file that is damaged, or another pack’s, is a coded error', async () => {
  await withFolder(async (folder) => {
    const path = calibrationPath('bundled', folder);
    await mkdir(dirname(path), { recursive: true });
    for (const text of ['', '{}', '[1]', 'null']) {
      await writeFile(path, text);
      await assert.rejects(packCalibration('bundled', folder), { code: 'FORMAT_INVALID' }, text);
    }
    const other = await writePackCalibration({ ...shipped, pack: 'other' }, folder);
    await mkdir(join(folder, 'third'));
    await writeFile(join(folder, 'third', 'calibration.json'), await readFile(other));
    await assert.rejects(packCalibration('third', folder), { code: 'PACK_MISMATCH' });
  });
});

test('names that are no pack’s lead nowhere', async () => {
  for (const name of ['../x', '', 'a/b', 'CON']) {
    await assert.rejects(packCalibration(name), { code: 'PACK_UNKNOWN' });
  }
});
