import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { visageError } from '../../kernel/index.ts';

const samples = [1, 2, 3, 4, 5, 6].map((number) => `sample${number}.jpg`);

/**
 * The six group photos (22 faces) that come inside `@vladmandic/face-api`, whose weights the bundled
 * pack reads. Nothing of that package is run.
 * @throws VisageError `PACKAGE_MISSING`, `FILE_NOT_FOUND`
 */
export function samplePhotos(): string[] {
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
  } catch (thrown) {
    throw visageError('PACKAGE_MISSING', { feature: 'The demo', package: '@vladmandic/face-api' }, thrown);
  }
  const paths = samples.map((name) => join(folder, 'demo', name));
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw visageError('FILE_NOT_FOUND', { path: missing });
  return paths;
}
