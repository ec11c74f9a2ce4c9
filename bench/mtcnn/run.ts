/**
 * MTCNN: speed, how often it finds a face, and how its boxes agree with those of other detectors.
 *
 *     npm run bench:mtcnn -- [--photos N] [--list FILE] [--peer FILE] [--workers N]
 *
 * Looks at N photos of LFW (default 1000, drawn with a fixed seed; 0 for all) and at celeb6, in
 * ../shared/data, with the weights in ../shared/models/mtcnn. `--list` writes their paths, for
 * facenet_pytorch.py beside this file, whose output `--peer` reads: then the same photos are timed and
 * the boxes of its faces are looked for among ours. Decoding is not timed, nor is a first look at the first 32
 * photos, as facenet_pytorch.py looks at its first batch twice. Processor time is that of all
 * threads of this process, and means more than the clock where others use the machine.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDetector, MtcnnDetector, type FaceFinder, type LocatedFace } from '../../src/detect/index.ts';
import { encodeModel } from '../../src/formats/index.ts';
import { toModel, type Graph } from '../../src/graph/index.ts';
import { decodePhoto, type Photo } from '../../src/image/index.ts';
import { intersectionOverUnion, mapInOrder, Random, type Box } from '../../src/kernel/index.ts';
import { mtcnnOutputNet, mtcnnProposalNet, mtcnnRefineNet } from '../../src/nets/index.ts';
import { importMtcnn, openPack, publishedMtcnn } from '../../src/packs/index.ts';
import { openInferencePool } from '../../src/runtime/index.ts';
import { inShared } from '../../test/support/repository.ts';

interface PeerResult {
  readonly photosPerSecond: number;
  readonly threads: number;
  readonly cpuMs?: number;
  /** [x1, y1, x2, y2, score] of every face, by photo. */
  readonly faces: Readonly<Record<string, readonly (readonly [number, number, number, number, number])[]>>;
}

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '1000' },
    list: { type: 'string' },
    peer: { type: 'string' },
    workers: { type: 'string' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;

async function photosIn(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files
    .filter((file) => /\.(?:jpe?g|png)$/i.test(file))
    .toSorted()
    .map((file) => join(folder, file));
}

const everyPhoto = await photosIn(inShared('data/lfw/images'));
const wanted = Number(values.photos);
const order = new Random(20160411).permutation(everyPhoto.length);
const lfw = wanted === 0 ? everyPhoto : [...order.subarray(0, wanted)].map((i) => everyPhoto[i]!);
const celeb6 = await photosIn(inShared('data/celeb6'));
if (values.list !== undefined) await writeFile(values.list, lfw.map((photo) => `${photo}\n`).join(''));

const folder = await mkdtemp(join(tmpdir(), 'visage-mtcnn-'));
async function networkFile(name: string, graph: Graph) {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, encodeModel(toModel(graph)));
  return { name, id: name, path };
}
const det = await Promise.all(
  ['det1.npy', 'det2.npy', 'det3.npy'].map((file) => importMtcnn(inShared('models/mtcnn', file))),
);
const models = {
  pnet: await networkFile('pnet', mtcnnProposalNet(det[0]!.pnet!)),
  rnet: await networkFile('rnet', mtcnnRefineNet(det[1]!.rnet!)),
  onet: await networkFile('onet', mtcnnOutputNet(det[2]!.onet!)),
};
const pack = await openPack('bundled');
const pool = openInferencePool(values.workers === undefined ? {} : { workers: Number(values.workers) });
const mtcnn = new MtcnnDetector(models, publishedMtcnn, pool);
const alike = new MtcnnDetector(models, { ...publishedMtcnn, rules: 'facenet-pytorch' }, pool);
const bundled = openDetector(pack, pool);
await pool.warm([...Object.values(models), ...Object.values(pack.models)], true);

const warmUpPhotos = 32;

/** Finds the faces of all photos, several at a time, and times it without decoding. */
async function look(finder: FaceFinder, photos: readonly string[], concurrency: number) {
  const faces = new Map<string, readonly LocatedFace[]>();
  let [seconds, cpuSeconds] = [0, 0];
  const chunk = 100;
  for (let first = 0; first < photos.length; first += chunk) {
    const files = photos.slice(first, first + chunk);
    const decoded: Photo[] = [];
    for await (const photo of mapInOrder(files, 4, (file) => decodePhoto(file))) decoded.push(photo);
    if (first === 0) {
      const warmUp = decoded.slice(0, warmUpPhotos);
      for await (const _ of mapInOrder(warmUp, concurrency, (photo) => finder.detect(photo)));
    }
    const cpu = process.cpuUsage();
    const start = performance.now();
    let i = 0;
    for await (const found of mapInOrder(decoded, concurrency, (photo) => finder.detect(photo))) {
      faces.set(files[i++]!, found);
    }
    seconds += (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    cpuSeconds += (user + system) / 1e6;
  }
  return {
    faces,
    photosPerSecond: photos.length / seconds,
    cpuMs: (1000 * cpuSeconds) / photos.length,
  };
}

/** How well each of `boxes` is met by one of `faces`. */
const bestOverlaps = (boxes: readonly Box[], faces: readonly LocatedFace[]): number[] =>
  boxes.map((box) => Math.max(0, ...faces.map((face) => intersectionOverUnion(box, face.box))));

function distribution(overlaps: readonly number[]): string {
  const sorted = overlaps.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(3);
  return `median ${at(0.5)}, 10 % below ${at(0.1)}, 1 % below ${at(0.01)}`;
}

const concurrency = 2 * pool.concurrency + 1;
say(`${cpus()[0]!.model}, ${cpus().length} cores, ${pool.concurrency} workers`);
const own = await look(mtcnn, lfw, concurrency);
const single = await look(mtcnn, lfw.slice(0, 200), 1);
const missed = lfw.filter((photo) => own.faces.get(photo)!.length === 0);
say(`LFW, ${lfw.length} photos: a face in ${percent(lfw.length - missed.length, lfw.length)} (bar: 99.8 %)`);
for (const photo of missed) say(`  none: ${photo.slice(photo.lastIndexOf('/') + 1)}`);
say(
  `  ${own.photosPerSecond.toFixed(1)} photos/s, ${own.cpuMs.toFixed(1)} ms of processor a photo; one at a time ${single.photosPerSecond.toFixed(1)} photos/s`,
);
const sixty = await look(mtcnn, celeb6, concurrency);
const faceless = celeb6.filter((photo) => sixty.faces.get(photo)!.length === 0);
say(
  `celeb6, ${celeb6.length} photos: a face in ${celeb6.length - faceless.length}; ${sixty.photosPerSecond.toFixed(1)} photos/s, ${sixty.cpuMs.toFixed(1)} ms of processor a photo`,
);

for (const [name, photos, ours] of [
  ['celeb6', celeb6, sixty],
  ['LFW', lfw.slice(0, 300), own],
] as const) {
  const others = await look(bundled, photos, concurrency);
  const agreement: number[] = [];
  for (const [photo, faces] of others.faces) {
    const first = faces[0];
    if (first !== undefined) agreement.push(...bestOverlaps([first.box], ours.faces.get(photo)!));
  }
  const met = agreement.filter((overlap) => overlap > 0.4).length;
  say(
    `bundled detector, ${name}, ${photos.length} photos (${others.photosPerSecond.toFixed(1)} photos/s): its best face is one of ours (IoU above 0.4) for ${percent(met, agreement.length)}; IoU ${distribution(agreement)}`,
  );
}

if (values.peer !== undefined) {
  const peer = JSON.parse(await readFile(values.peer, 'utf8')) as PeerResult;
  const photos = Object.keys(peer.faces);
  const ours = await look(alike, photos, concurrency);
  const overlaps: number[] = [];
  for (const [photo, faces] of Object.entries(peer.faces)) {
    const boxes = faces.map(([x1, y1, x2, y2]) => ({ x: x1, y: y1, width: x2 - x1, height: y2 - y1 }));
    overlaps.push(...bestOverlaps(boxes, ours.faces.get(photo)!));
  }
  const equal = overlaps.filter((overlap) => overlap > 0.95).length;
  const count = [...ours.faces.values()].reduce((sum, faces) => sum + faces.length, 0);
  say(
    `facenet-pytorch, ${peer.threads} threads, ${photos.length} photos: ${peer.photosPerSecond.toFixed(1)} photos/s, ${peer.cpuMs?.toFixed(1)} ms of processor a photo`,
  );
  say(
    `  ours by its rules: ${ours.photosPerSecond.toFixed(1)} photos/s, ${(ours.photosPerSecond / peer.photosPerSecond).toFixed(2)} × as fast (bar: 3); ${ours.cpuMs.toFixed(1)} ms of processor a photo`,
  );
  say(
    `  IoU above 0.95 for ${percent(equal, overlaps.length)} of its ${overlaps.length} faces (bar: 99 %), ours has ${count}; ${distribution(overlaps)}`,
  );
}
await pool.close();
await rm(folder, { recursive: true });
