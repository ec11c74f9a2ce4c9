import { createRequire } from 'node:module';
import { toVisageError } from '../../kernel/index.ts';
import type { Rooms } from '../rooms.ts';
import { type CheckResult, fail, ok, warn } from './check.ts';
import { installedVersion } from './installed-version.ts';

/** Whether pictures can be written and read: a small one is encoded and decoded again. */
export async function* checkPictures(rooms: Rooms): AsyncGenerator<CheckResult, void, undefined> {
  const version = installedVersion('sharp');
  try {
    const { decodePhoto, encodePicture } = await rooms.image();
    const gray = { data: new Uint8Array(64 * 64 * 3).fill(128), width: 64, height: 64 };
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const bytes = await encodePicture(gray, { format });
      const photo = await decodePhoto({ name: `test.${format}`, bytes });
      if (photo.width !== gray.width || Math.abs(photo.raster.data[0]! - 128) > 2)
        throw new Error(`${format} comes back changed`);
    }
    yield ok('Pictures', `sharp ${version}; reads JPEG, PNG, WebP, AVIF, GIF, TIFF`);
  } catch (thrown) {
    yield fail(
      'Pictures',
      `sharp ${version} does not work: ${toVisageError(thrown).message}`,
      'Run npm ci again on this machine: sharp brings another binary for each system.',
    );
  }
  yield canResolve('heic-decode')
    ? ok('HEIC', `heic-decode ${installedVersion('heic-decode')}`)
    : warn('HEIC', 'photos of iPhones (.heic) cannot be read', 'npm install heic-decode');
}

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
