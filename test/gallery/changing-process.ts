/** Changes the gallery `argv[2]` without end, from change `argv[3]` on; says each number when it is done. */
import { writeSync } from 'node:fs';
import { openGallery } from '../../src/gallery/index.ts';
import { changesOptions, randomChange } from './random-changes.ts';

const [path, first] = process.argv.slice(2);
writeSync(1, 'ready\n');
const gallery = await openGallery(path!, changesOptions);
for (let number = Number(first); ; number++) {
  await randomChange(gallery, number);
  writeSync(1, `${number}\n`);
}
