import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitCalibration } from '../../src/calibrate/index.ts';
import { galleryClassifier, openGallery, type Gallery } from '../../src/gallery/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { dimension, somePeople } from '../calibrate/synthetic-people.ts';

const pack = 'synthetic';
const everybody = somePeople(60, 5);
const calibration = fitCalibration(everybody.slice(0, 48), { pack, source: 'made-up people' });
const known = everybody.slice(48);

interface Face {
  readonly name: string;
  readonly embedding: Float32Array;
  readonly overall: number;
}

const random = new Random(4);
/** One to five examples of each person, a third of them of poor quality. */
const faces: Face[] = known.flatMap(({ name, embeddings }, person) =>
  embeddings.slice(0, 1 + (person % 5)).map((embedding) => {
    return { name, embedding, overall: random.next() < 0.35 ? 0.1 : 0.9 };
  }),
);

/** @returns the gallery, and the numbers of the faces in it */
async function galleryOf(some: readonly Face[]): Promise<{ gallery: Gallery; ids: Map<Face, number> }> {
  const gallery = await openGallery(':memory:', { pack, dimension });
  const ids = new Map<Face, number>();
  for (const face of some) {
    const { exampleIds } = await gallery.enrol(face.name, [
      { embedding: face.embedding, quality: { overall: face.overall } },
    ]);
    ids.set(face, exampleIds[0]!);
  }
  return { gallery, ids };
}

test('a gallery without some examples answers as one that never had them', async () => {
  const { gallery, ids } = await galleryOf(faces);
  await using _ = gallery;
  const options = { calibration, maxFalseAccept: 0.05 };
  const whole = await galleryClassifier(gallery, options);
  const hidings = [
    ...faces.map((face) => [face]),
    ...known.map(({ name }) => faces.filter((face) => face.name === name)),
  ];
  let differs = 0;
  for (const hidden of hidings) {
    await using fewer = (await galleryOf(faces.filter((face) => !hidden.includes(face)))).gallery;
    const expected = await galleryClassifier(fewer, options);
    const without = whole.without(new Set(hidden.map((face) => ids.get(face)!)));
    assert.deepEqual(without.classes, expected.classes);
    for (const { embedding } of [...hidden, faces[0]!]) {
      const answer = without.predict(embedding);
      assert.deepEqual(answer, expected.predict(embedding));
      if (JSON.stringify(answer) !== JSON.stringify(whole.predict(embedding))) differs++;
    }
  }
  assert.ok(differs > hidings.length, 'hiding changes answers');
});
