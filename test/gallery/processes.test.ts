import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { galleryClassifier, openGallery } from '../../src/gallery/index.ts';

const program = fileURLToPath(new URL('./adding-process.js', import.meta.url));
const run = promisify(execFile);

test('three processes write to one gallery, and a fourth reads and recognises meanwhile', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-processes-'));
  try {
    const path = join(folder, 'people.gallery');
    const each = 40;
    const writers = ['a', 'b', 'c'].map((name) => run(process.execPath, [program, path, name, String(each)]));
    await using gallery = await openGallery(path, { pack: 'bundled', dimension: 4 });
    const classifier = await galleryClassifier(gallery);
    const all = Promise.all(writers);
    let seen = 0;
    while ((await Promise.race([all, sleep(5)])) === undefined) {
      await classifier.refresh();
      const { classes } = classifier;
      assert.ok(classes.length >= seen, 'nobody disappears');
      seen = classes.length;
      const people = await gallery.people();
      assert.ok(people.length >= seen);
      if (seen > 0) assert.equal(classifier.predict(Float32Array.of(1, 0, 0, 0)).candidates.length > 0, true);
    }
    await all;
    await classifier.refresh();
    assert.equal(classifier.classes.length, 3 * each + 1);
    assert.equal((await gallery.show('both')).exampleCount, 3 * each);
    const ids = (await gallery.show('both')).examples.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
