import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemReason, writeFileAtomically } from '../../formats/index.ts';
import { toVisageError } from '../../kernel/index.ts';
import type { OpenPack } from '../../packs/index.ts';
import type { RecognizerOptions } from '../../recognizer.ts';
import type { Rooms } from '../rooms.ts';
import { byteCount, duration } from '../view/units.ts';
import { type CheckResult, fail, ok } from './check.ts';
import { installedVersion } from './installed-version.ts';

/** Whether the weights are there and are the right ones: the networks are built from them, past the cache. */
export async function checkWeights(rooms: Rooms, packName: string): Promise<CheckResult> {
  let folder: string | undefined;
  try {
    const { openPack } = await rooms.packs();
    folder = await mkdtemp(join(tmpdir(), 'visage-doctor-'));
    const { name, models }: OpenPack = await openPack(packName, { cacheFolder: folder });
    const names = Object.values(models).map((model) => model.name);
    return ok('Weights', `pack ${name}, intact: ${names.join(', ')}`);
  } catch (thrown) {
    const error = toVisageError(thrown);
    return fail('Weights', error.message, error.hint);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Whether built networks can be kept, and how much is kept already. */
export async function checkCache(rooms: Rooms): Promise<CheckResult> {
  const name = 'Cache folder';
  let folder = '';
  try {
    folder = process.env['VISAGE_CACHE'] || (await rooms.packs()).userCacheFolder();
    await mkdir(folder, { recursive: true });
    const probe = join(folder, `doctor-${process.pid}`);
    await writeFileAtomically(probe, 'doctor');
    await rm(probe);
    return ok(name, `${folder}, can be written, holds ${byteCount(await folderBytes(folder))}`);
  } catch (thrown) {
    const reason = systemReason(thrown);
    return fail(
      name,
      `${folder} cannot be used: ${reason}`,
      'Set VISAGE_CACHE to a folder that can be written.',
    );
  }
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

/** Whether ONNX Runtime loads and the networks give numbers: all of them are run on a gray picture. */
export async function checkNetworks(
  rooms: Rooms,
  options: RecognizerOptions,
  signal: AbortSignal,
): Promise<CheckResult> {
  const version = `ONNX Runtime ${installedVersion('onnxruntime-node')}`;
  try {
    const { openRecognizer } = await rooms.recognizer();
    const { encodePicture } = await rooms.image();
    const start = performance.now();
    await using recognizer = await openRecognizer(options);
    const { alignment, embedder } = recognizer.pack;
    const sizePx = alignment.cropSizePx;
    const gray = { data: new Uint8Array(sizePx * sizePx * 3).fill(128), width: sizePx, height: sizePx };
    await recognizer.locate(
      { name: 'gray.png', bytes: await encodePicture(gray, { format: 'png' }) },
      signal,
    );
    const [embedding] = await recognizer.embed([gray], signal);
    if (embedding?.length !== embedder.dimension || !embedding.every(Number.isFinite)) {
      return fail('Networks', `${version} gives no numbers`, 'Run npm ci again on this machine.');
    }
    return ok(
      'Networks',
      `${version} ran them, from start to end in ${duration((performance.now() - start) / 1000)}`,
    );
  } catch (thrown) {
    const error = toVisageError(thrown);
    return fail('Networks', `${version}: ${error.message}`, error.hint);
  }
}
