/**
 * Clusters over all photos of Labeled Faces in the Wild that are there: `npm run bench:clusters [-- FOLDER]`, FOLDER
 * holds images/<Person>/. Of each photo the face in the middle counts, whose name the photo bears; what was
 * looked at is kept in the cache folder. A photo without a face is counted, and stands alone.
 *
 * The people are divided in two halves by a seeded permutation, the one on which the limits were chosen and the
 * one that had no part in it; what counts is the second, and all together. Then photos are added and taken away.
 * `-- --crowd N`: time and memory of N invented faces instead.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clustering, clusterFaces, type FaceToCluster } from '../../src/cluster/index.ts';
import { embedPhotos, hasFace } from '../../src/dataset/index.ts';
import { type ClusterScores, clusterScores } from '../../src/evaluate/index.ts';
import { compareCodePoints, Random, unit } from '../../src/kernel/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { inShared } from '../../test/support/repository.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface KnownFace extends FaceToCluster {
  readonly person: string;
}

async function facesOf(folder: string): Promise<{ faces: KnownFace[]; maxDistance: number }> {
  const images = join(folder, 'images');
  const files = (await readdir(images, { recursive: true })).filter((file) => file.endsWith('.jpg')).sort();
  await using recognizer = await openRecognizer();
  const { photos } = await embedPhotos(
    files.map((file) => ({ file, path: join(images, file) })),
    recognizer,
    {
      about: folder,
      choice: 'middle',
      progress: ({ done, total }) => void (done % 500 === 0 && process.stderr.write(`${done}/${total}\n`)),
    },
  );
  const { dimension, maxDistance } = recognizer.pack.embedder;
  const faceless = photos.filter((photo) => !hasFace(photo)).length;
  say(`pack ${recognizer.pack.name}, ${files.length} photos, no face in ${faceless}`);
  const faces = photos.map((photo, i) => ({
    id: files[i]!,
    person: files[i]!.split('/')[0]!,
    embedding: hasFace(photo) ? photo.embedding : new Float32Array(dimension),
    unclear: !hasFace(photo),
  }));
  return { faces, maxDistance };
}

interface Measured {
  readonly clustering: Clustering;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function measured(
  faces: readonly FaceToCluster[],
  maxDistance: number,
  earlier?: Clustering,
): Promise<Measured> {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  const clustering = await clusterFaces(faces, {
    maxDistance,
    ...(earlier === undefined ? {} : { earlier }),
  });
  const { user, system } = process.cpuUsage(cpuStart);
  return {
    clustering,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
  };
}

function scoresOf(faces: readonly KnownFace[], { clusters }: Clustering): ClusterScores {
  const numbers = new Map(
    clusters.flatMap(({ number, faces: ids }) => ids.map((id) => [id, number] as const)),
  );
  return clusterScores(
    faces.map(({ person }) => person),
    faces.map(({ id }) => numbers.get(id)!),
  );
}

async function quality(title: string, faces: readonly KnownFace[], maxDistance: number): Promise<Measured> {
  const result = await measured(faces, maxDistance);
  const { bcubed, pairwise, people, clusters, mixedClusters, splitPeople } = scoresOf(
    faces,
    result.clustering,
  );
  say(
    `${title}: ${faces.length} faces of ${people} people; BCubed F ${bcubed.f.toFixed(4)} ` +
      `(precision ${bcubed.precision.toFixed(4)}, recall ${bcubed.recall.toFixed(4)}), pairwise F ${pairwise.f.toFixed(4)} ` +
      `(${pairwise.precision.toFixed(4)}, ${pairwise.recall.toFixed(4)}); ${clusters} clusters, ${mixedClusters} of them mixed, ` +
      `${splitPeople} people split; ${result.cpuSeconds.toFixed(1)} s of one core`,
  );
  return result;
}

const membersOf = ({ clusters }: Clustering): string[] =>
  clusters.map(({ faces }) => faces.toSorted(compareCodePoints).join('\n'));

/** Adds `count` faces to the others, takes them away again, and compares with growing from nothing. */
async function changes(
  faces: readonly KnownFace[],
  count: number,
  maxDistance: number,
  whole: Measured,
): Promise<void> {
  const added = new Set(new Random(7).permutation(faces.length).subarray(0, count));
  const before = faces.filter((_, i) => !added.has(i));
  const first = await measured(before, maxDistance);
  const more = await measured(faces, maxDistance, first.clustering);
  const groups = new Set(membersOf(whole.clustering));
  const equal = membersOf(more.clustering).every((members) => groups.has(members));
  const known = new Set(membersOf(first.clustering));
  const fresh = new Set(Array.from(added, (i) => faces[i]!.id));
  const changed = more.clustering.clusters.filter(
    ({ faces: ids }) => !known.has(ids.toSorted(compareCodePoints).join('\n')),
  );
  const withFresh = changed.filter(({ faces: ids }) => ids.some((id) => fresh.has(id)));
  say(
    `${count} photos added to ${before.length}: ${equal ? 'the same clusters' : 'OTHER CLUSTERS'} as from nothing; ` +
      `${more.clustering.searches} comparisons with all instead of ${whole.clustering.searches}, ` +
      `${more.cpuSeconds.toFixed(2)} s of one core instead of ${whole.cpuSeconds.toFixed(2)}; ` +
      `${withFresh.length} clusters got new faces, ${changed.length - withFresh.length} others changed, ` +
      `${more.clustering.clusters.length - changed.length} are as they were`,
  );
  const fewer = await measured(before, maxDistance, more.clustering);
  const back = membersOf(fewer.clustering).every((members) => known.has(members));
  say(
    `and taken away again: ${back ? 'the same clusters' : 'OTHER CLUSTERS'} as before, ` +
      `${fewer.clustering.searches} comparisons, ${fewer.cpuSeconds.toFixed(2)} s`,
  );
}

/** Invented people with as many faces as those of LFW have: 1, 1, 2, 3 and 5. */
async function crowd(count: number): Promise<void> {
  const random = new Random(5);
  const faces: KnownFace[] = [];
  for (let person = 0; faces.length < count; person++) {
    const centre = unit(Float32Array.from({ length: 128 }, () => random.normal()));
    for (let i = 0; i < [1, 1, 2, 3, 5][person % 5]! && faces.length < count; i++) {
      const embedding = unit(centre.map((value) => value + 0.018 * random.normal()));
      faces.push({ id: `${person}/${i}`, person: String(person), embedding });
    }
  }
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 200);
  const whole = await quality('invented', faces, 0.42);
  clearInterval(watch);
  say(
    `${((peak - before) / 1e6).toFixed(0)} MB beyond the ${(before / 1e6).toFixed(0)} MB of the process with its faces`,
  );
  await changes(faces, Math.round(count / 100), 0.42, whole);
}

const [flag, size] = process.argv.slice(2);
if (flag === '--crowd') await crowd(Number(size));
else {
  const { faces, maxDistance } = await facesOf(flag ?? inShared('data/lfw'));
  const people = [...new Set(faces.map(({ person }) => person))].sort(compareCodePoints);
  const order = new Random(1).permutation(people.length);
  const chosenOn = new Set(Array.from(order.subarray(0, Math.ceil(people.length / 2)), (i) => people[i]!));
  await quality(
    'half of the people, on which the limits were chosen',
    faces.filter(({ person }) => chosenOn.has(person)),
    maxDistance,
  );
  await quality(
    'the other half',
    faces.filter(({ person }) => !chosenOn.has(person)),
    maxDistance,
  );
  const whole = await quality('all', faces, maxDistance);
  await changes(faces, 1000, maxDistance, whole);
}
