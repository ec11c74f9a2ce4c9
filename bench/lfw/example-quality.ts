/**
 * What a gallery gains by looking at the quality of its examples: LFW, people with at least five photos, their
 * first three enrolled, the rest probes; people with one photo are strangers. Once as the photos are, and
 * once with the first example of everybody blurred (Gaussian, 5 px of 250).
 *
 *     npm run build && node dist/bench/lfw/example-quality.js [FOLDER] [most people]
 *
 * Identifies by the nearest example, as a gallery does. Photos that were looked at are kept in the user's cache folder.
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { embedPhotos, hasFace, readPeople } from '../../src/dataset/index.ts';
import type { LocatedFace } from '../../src/detect/index.ts';
import { galleryClassifier, openGallery } from '../../src/gallery/index.ts';
import { decodePhoto, type Photo } from '../../src/image/index.ts';
import { faceQuality, poorBelow } from '../../src/quality/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { inShared } from '../../test/support/repository.ts';

const [folder = inShared('data/lfw'), most = '1000000'] = process.argv.slice(2);
const enrolledEach = 3;
const blurPx = 5;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const people = await readPeople(folder);
const photosOf = new Map<string, { readonly file: string; readonly path: string }[]>();
for (const { person, file } of people.photos) {
  const photo = { file, path: join(people.folder, file) };
  const photos = photosOf.get(person);
  if (photos === undefined) photosOf.set(person, [photo]);
  else photos.push(photo);
}
const known = [...photosOf].filter(([, photos]) => photos.length >= 5).slice(0, Number(most));
const strangers = [...photosOf].filter(([, photos]) => photos.length === 1).slice(0, Number(most));
const files = [...known, ...strangers].flatMap(([, photos]) => photos);

await using recognizer = await openRecognizer();
const { photos } = await embedPhotos(files, recognizer, {
  about: 'bench of example quality',
  choice: 'middle',
  progress: ({ done, total }) => done % 500 === 0 && process.stderr.write(`${done}/${total}\n`),
});
const faceOf = new Map(files.map(({ path }, i) => [path, photos[i]!] as const));
const embeddingsOf = (paths: readonly { readonly path: string }[]): Float32Array[] =>
  paths.flatMap(({ path }) => {
    const face = faceOf.get(path)!;
    return hasFace(face) ? [face.embedding] : [];
  });

async function blurred({ raster, ...photo }: Photo): Promise<Photo> {
  const { width, height } = raster;
  const input = sharp(raster.data, { raw: { width, height, channels: 3 } });
  return {
    ...photo,
    raster: { data: new Uint8Array(await input.blur(blurPx).raw().toBuffer()), width, height },
  };
}

/** An example of a photo, blurred or not. */
async function example(path: string, located: LocatedFace, embedding: Float32Array, blur: boolean) {
  const photo = await decodePhoto(path);
  if (!blur) return { embedding, overall: faceQuality(photo, located).overall };
  const soft = await blurred(photo);
  const [seen] = await recognizer.embed([recognizer.crop({ photo: soft, faces: [] }, located)]);
  return { embedding: seen!, overall: faceQuality(soft, located).overall };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The share of probes named right at a distance that `share` of the strangers pass. */
function named(
  right: readonly number[],
  probes: number,
  strangerDistances: readonly number[],
  share: number,
): number {
  const limit = strangerDistances.toSorted((a, b) => a - b)[Math.floor(share * strangerDistances.length)]!;
  return right.filter((distance) => distance < limit).length / probes;
}

const probes = known.flatMap(([person, each]) =>
  embeddingsOf(each.slice(enrolledEach)).map((embedding) => ({ person, embedding })),
);
const unknown = embeddingsOf(strangers.flatMap(([, each]) => each));
say(
  `${known.length} people, ${enrolledEach} examples each; ${probes.length} probes, ${unknown.length} strangers`,
);
for (const blur of [false, true]) {
  const enrolments = [];
  let poor = 0;
  for (const [name, each] of known) {
    const examples = [];
    for (const [i, { path }] of each.slice(0, enrolledEach).entries()) {
      const face = faceOf.get(path)!;
      if (!hasFace(face)) continue;
      const made = await example(path, face.face, face.embedding, blur && i === 0);
      if (made.overall < poorBelow) poor++;
      examples.push(made);
    }
    enrolments.push({ name, examples });
  }
  say(`${blur ? 'first example blurred' : 'as they are'}: ${poor} examples are poor`);
  for (const looked of [false, true]) {
    await using gallery = await openGallery(':memory:', {
      pack: recognizer.pack.name,
      dimension: recognizer.pack.embedder.dimension,
    });
    await gallery.addAll(
      enrolments.map(({ name, examples }) => ({
        name,
        examples: examples.map(({ embedding, overall }) => ({
          embedding,
          ...(looked && { quality: { overall } }),
        })),
      })),
    );
    const classifier = await galleryClassifier(gallery, { maxDistance: 2 });
    const answers = probes.map(({ person, embedding }) => ({ person, ...classifier.predict(embedding) }));
    const right = answers.filter(({ person, name }) => person === name).map(({ distance }) => distance);
    const far = unknown.map((embedding) => classifier.predict(embedding).distance);
    say(
      [
        `  ${looked ? 'by quality' : 'all alike '}`,
        `rank 1 ${percent(right.length / probes.length)}`,
        `named at 1 % of strangers ${percent(named(right, probes.length, far, 0.01))}`,
        `at 0.1 % ${percent(named(right, probes.length, far, 0.001))}`,
      ].join('   '),
    );
  }
}
