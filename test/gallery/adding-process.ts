/** Adds `argv[4]` people called `argv[3]` and a number to the gallery `argv[2]`, one by one. */
import { openGallery } from '../../src/gallery/index.ts';

const [path, name, count] = process.argv.slice(2);
await using gallery = await openGallery(path!, { pack: 'bundled', dimension: 4 });
for (let i = 0; i < Number(count); i++) {
  await gallery.add(`${name} ${i}`, [{ embedding: Float32Array.of(1, i, 0, 0) }]);
  await gallery.add('both', [{ embedding: Float32Array.of(0, 1, i, 0) }]);
}
