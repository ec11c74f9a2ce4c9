import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { array, assert as assertProperty, boolean, integer, nat, property, tuple } from 'fast-check';
import {
  ApproximateIndex,
  ExactIndex,
  type FaceIndex,
  galleryClassifier,
  loadUsearch,
  openFaceIndex,
  openGallery,
} from '../../src/gallery/index.ts';
import { rowsAtOnce, ScriptBlock } from '../../src/gallery/search/dot-products.ts';
import { SimdBlock } from '../../src/gallery/search/simd-block.ts';
import { distance, dot, Random, unit } from '../../src/kernel/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'visage-search-'));
after(() => rm(folder, { recursive: true, force: true }));

const usearch = await loadUsearch();
const kinds: Record<string, (dimension: number) => FaceIndex> = {
  exact: (dimension) => new ExactIndex(dimension, (stride) => SimdBlock.create(stride)!),
  'exact without SIMD': (dimension) => new ExactIndex(dimension, (stride) => new ScriptBlock(stride)),
  approximate: (dimension) => new ApproximateIndex(usearch, dimension),
};
const vectors = (random: Random, count: number, dimension: number): Float32Array[] =>
  Array.from({ length: count }, () => unit(Float32Array.from({ length: dimension }, () => random.normal())));

for (const [kind, make] of Object.entries(kinds)) {
  test(`${kind}: finds what a scan by hand finds, through any coming and going`, () => {
    assertProperty(
      property(
        integer({ min: 1, max: 21 }),
        array(tuple(boolean(), nat(40)), { maxLength: 150 }),
        nat(1000),
        (dimension, steps, seed) => {
          const random = new Random(seed);
          const index = make(dimension);
          const model = new Map<number, Float32Array>();
          let nextId = 2 ** 40;
          for (const [isAdd, pick] of steps) {
            if (isAdd) {
              const [vector] = vectors(random, 1, dimension);
              index.add(nextId, vector!);
              model.set(nextId++, vector!);
            } else {
              const id = [...model.keys()][pick] ?? -1;
              assert.equal(index.remove(id), model.delete(id));
            }
          }
          assert.equal(index.size, model.size);
          for (const [id, vector] of model) assert.deepEqual(index.vector(id), vector);
          const [probe] = vectors(random, 1, dimension);
          const expected = [...model]
            .map(([id, vector]) => ({ id, distance: distance(vector, probe!) }))
            .sort((a, b) => a.distance - b.distance || a.id - b.id);
          for (const count of [0, 1, 5, 1000]) {
            assert.deepEqual(index.search(probe!, count), expected.slice(0, count));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test(`${kind}: an id stands once, and a dimension is one`, () => {
    const index = make(4);
    assert.deepEqual(index.search(new Float32Array(4), 3), []);
    index.add(7, Float32Array.of(1, 0, 0, 0));
    assert.throws(() => index.add(7, Float32Array.of(0, 1, 0, 0)), RangeError);
    assert.throws(() => index.add(8, Float32Array.of(1, 0, 0)), RangeError);
    assert.equal(index.remove(8), false);
    assert.equal(index.vector(8), undefined);
    assert.deepEqual(index.search(Float32Array.of(1, 0, 0, 0), 5), [{ id: 7, distance: 0 }]);
  });
}

test('SIMD and plain JavaScript multiply alike, at any row, whatever the memory grew through', () => {
  for (const stride of [8, 16, 128, 512]) {
    const random = new Random(stride);
    const rows = vectors(random, rowsAtOnce + 300, stride);
    const [query] = vectors(random, 1, stride);
    for (const block of [SimdBlock.create(stride)!, new ScriptBlock(stride)]) {
      for (const [i, row] of rows.entries()) {
        if (i % 97 === 0) block.resize((i + 97) * stride);
        block.data.set(row, i * stride);
      }
      for (const [first, count] of [
        [0, rowsAtOnce],
        [rowsAtOnce, 300],
        [5, 1],
        [17, 0],
      ] as const) {
        const products = block.multiply(query!, first, count).slice(0, count);
        for (const [i, product] of products.entries()) {
          assert.ok(
            Math.abs(product - dot(rows[first + i]!, query!)) < 1e-6,
            `stride ${stride}, row ${first + i}`,
          );
        }
      }
    }
  }
});

test('exact: a face finds itself at distance 0, also among near copies', () => {
  const random = new Random(5);
  const index = new ExactIndex(128);
  const [center] = vectors(random, 1, 128);
  const copies = Array.from({ length: 50 }, () => unit(center!.map((x) => x + 1e-4 * random.normal())));
  for (const [id, copy] of copies.entries()) index.add(id, copy);
  for (const [id, copy] of copies.entries()) assert.deepEqual(index.search(copy, 1), [{ id, distance: 0 }]);
});

/** People around whom examples lie, and one more face of each. */
function crowd(people: number, dimension: number): { examples: Float32Array[]; probes: Float32Array[] } {
  const random = new Random(9);
  const around = (center: Float32Array) => unit(center.map((x) => x + 0.05 * random.normal()));
  const centers = vectors(random, people, dimension);
  return { examples: centers.flatMap((c) => [around(c), around(c), around(c)]), probes: centers.map(around) };
}

test('approximate: misses few of the nearest, the same ones each time', () => {
  const { examples, probes } = crowd(1500, 64);
  const exact = new ExactIndex(64);
  const build = () => {
    const index = new ApproximateIndex(usearch, 64);
    for (const [id, example] of examples.entries()) index.add(id, example);
    return index;
  };
  const approximate = build();
  for (const [id, example] of examples.entries()) exact.add(id, example);
  const some = probes.slice(0, 200);
  const answers = some.map((probe) => approximate.search(probe, 1)[0]);
  const right = some.filter((probe, i) => exact.search(probe, 1)[0]!.id === answers[i]!.id).length;
  assert.ok(right >= 198, `${right} of 200`);
  const again = build();
  assert.deepEqual(
    some.map((probe) => again.search(probe, 1)[0]),
    answers,
  );
});

test('approximate: a saved graph is looked at on disk, whatever has changed since', () => {
  const { examples, probes } = crowd(300, 32);
  const path = join(folder, 'a.index');
  const built = new ApproximateIndex(usearch, 32);
  for (const [id, example] of examples.slice(0, 700).entries()) built.add(id, example);
  built.save(path);
  const exact = new ExactIndex(32);
  const mapped = new ApproximateIndex(usearch, 32);
  assert.equal(mapped.view(path), true);
  const gone = new Set(Array.from({ length: 300 }, (_, i) => i));
  for (const [id, example] of examples.entries()) {
    if (gone.has(id)) continue;
    exact.add(id, example);
    mapped.add(id, example);
  }
  for (let id = 600; id < 800; id += 3) assert.ok(exact.remove(id) && mapped.remove(id));
  const same = (index: FaceIndex) =>
    probes.filter((probe) => index.search(probe, 3)[0]!.id === exact.search(probe, 3)[0]!.id).length;
  assert.equal(mapped.size, exact.size);
  assert.ok(same(mapped) >= 297);
  assert.deepEqual(
    mapped.search(probes[0]!, 1000).length,
    exact.size,
    'all that are left, though many of the graph are gone',
  );
  // Saved again: one graph of what is there.
  mapped.save(path);
  assert.ok(same(mapped) >= 297);
  const reloaded = new ApproximateIndex(usearch, 32);
  assert.equal(reloaded.view(path), true);
  assert.equal(reloaded.size, 0);
  assert.deepEqual(reloaded.search(probes[0]!, 3), []);
});

test('approximate: a file that is no graph of this kind is passed over', async () => {
  const path = join(folder, 'b.index');
  await writeFile(path, 'x'.repeat(5000));
  const other = join(folder, 'c.index');
  const seven = new ApproximateIndex(usearch, 7);
  seven.add(1, unit(new Float32Array(7).fill(1)));
  seven.save(other);
  const whole = join(folder, 'e.index');
  const built = new ApproximateIndex(usearch, 32);
  for (const [id, vector] of vectors(new Random(1), 50, 32).entries()) built.add(id, vector);
  built.save(whole);
  const content = await readFile(whole);
  const cut = join(folder, 'f.index');
  await writeFile(cut, content.subarray(0, -1));
  const hollow = join(folder, 'g.index');
  await writeFile(hollow, Buffer.concat([content.subarray(0, 1000), content.subarray(2000)]));
  const flipped = join(folder, 'h.index');
  await writeFile(
    flipped,
    content.map((byte, i) => (i === 3000 ? byte ^ 1 : byte)),
  );
  const empty = join(folder, 'i.index');
  await writeFile(empty, '');
  assert.equal(new ApproximateIndex(usearch, 32).view(whole), true);
  for (const file of [path, other, cut, hollow, flipped, empty, folder, join(folder, 'nowhere')]) {
    const index = new ApproximateIndex(usearch, 32);
    assert.equal(index.view(file), false, file);
    index.add(1, unit(new Float32Array(32).fill(1)));
    assert.equal(index.search(unit(new Float32Array(32).fill(1)), 1)[0]!.id, 1);
  }
});

test('without usearch exact search serves, and says so', async () => {
  const { index, notice } = await openFaceIndex('approximate', 8, {}, 'not-installed');
  assert.equal(index.kind, 'exact');
  assert.match(notice!, /not-installed.*Exact search serves/);
  assert.equal((await openFaceIndex('approximate', 8)).notice, undefined);
});

test('a gallery with approximate search keeps its graph beside it until something is deleted', async () => {
  const { examples, probes } = crowd(200, 32);
  const path = join(folder, 'd.gallery');
  const options = { pack: 'bundled', dimension: 32, index: 'approximate' } as const;
  const enrolments = probes.map((_, p) => ({
    name: `p${p}`,
    examples: examples.slice(3 * p, 3 * p + 3).map((embedding) => ({ embedding })),
  }));
  const check = async (gallery: Awaited<ReturnType<typeof openGallery>>, people: number) => {
    const { index } = await gallery.faces();
    assert.deepEqual([index.kind, index.size, gallery.notice], ['approximate', 3 * people, undefined]);
    const classifier = await galleryClassifier(gallery, { maxDistance: 0.6 });
    assert.equal(classifier.classes.length, people);
    const named = probes.filter((probe, p) => classifier.predict(probe).name === `p${p}`).length;
    assert.ok(named >= people - 2 && named <= people, `${named} of ${people}`);
  };
  {
    await using gallery = await openGallery(path, options);
    await gallery.addAll(enrolments.slice(0, 150));
    assert.equal(await gallery.saveIndex(), true);
    await gallery.addAll(enrolments.slice(150));
    await check(gallery, 200);
  }
  const saved = await readFile(`${path}.index`);
  {
    await using gallery = await openGallery(path, options);
    await check(gallery, 200);
    await gallery.delete('p7');
    await assert.rejects(stat(`${path}.index`), { code: 'ENOENT' });
    await check(gallery, 199);
  }
  // A graph put back from elsewhere holds somebody who is gone; nobody finds them.
  await writeFile(`${path}.index`, saved);
  await using gallery = await openGallery(path, options);
  await check(gallery, 199);
});
