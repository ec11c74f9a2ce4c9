import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { embedDataset, prepareDataset, readEmbeddings, readDataset } from '../../src/dataset/index.ts';
import { distance, mean, unit } from '../../src/kernel/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';

const skip = skipWithoutShared('data/celeb6');

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-celeb6-'));
});
after(() => rm(folder, { recursive: true }));

test('celeb6: 108 and 30 faces, embeddings that tell the people apart, and nothing to do again', {
  skip,
}, async () => {
  const [dataset, embeddings] = [join(folder, 'faces-dataset.npz'), join(folder, 'faces-embeddings.npz')];
  const recognizer = await openRecognizer();
  try {
    const prepared = await prepareDataset(inShared('data/celeb6'), recognizer, { out: dataset });
    assert.deepEqual([prepared.train.faces, prepared.val.faces, prepared.skipped], [108, 30, []]);
    assert.deepEqual(
      prepared.train.people.map(({ count }) => count),
      [14, 17, 21, 19, 22, 15],
    );
    const { train } = await readDataset(dataset);
    assert.equal(train.crops[0]!.width, recognizer.pack.alignment.cropSizePx);

    const { dimension } = await embedDataset(dataset, recognizer, { out: embeddings });
    const read = await readEmbeddings(embeddings);
    assert.deepEqual(
      [read.dimension, read.train.embeddings.length, read.val.embeddings.length],
      [dimension, 108, 30],
    );
    // The nearest mean of the training faces names every validation face: a second route to "test 100 %".
    const means = prepared.train.people.map(({ name }) => ({
      name,
      mean: unit(mean(read.train.embeddings.filter((_, i) => read.train.names[i] === name).map(unit))),
    }));
    read.val.embeddings.forEach((embedding, i) => {
      const probe = unit(embedding);
      const [best] = means.toSorted((a, b) => distance(probe, a.mean) - distance(probe, b.mean));
      assert.equal(best!.name, read.val.names[i], read.val.files![i]);
    });

    const bytes = await Promise.all([dataset, embeddings].map((path) => readFile(path)));
    const again = await prepareDataset(inShared('data/celeb6'), recognizer, { out: dataset });
    assert.deepEqual(again.work, { detected: 0, reused: 138 });
    const embedded = await embedDataset(dataset, recognizer, { out: embeddings });
    assert.deepEqual(embedded.work, { embedded: 0, reused: 138 });
    const now = await Promise.all([dataset, embeddings].map((path) => readFile(path)));
    assert.ok(bytes.every((before, i) => before.equals(now[i]!)));
  } finally {
    await recognizer.close();
  }
});
