import { alignFace } from '../../src/align/index.ts';
import { openDetector } from '../../src/detect/index.ts';
import { takeLooks } from '../../src/detect/looks.ts';
import { LandmarkFinder } from '../../src/detect/landmarks.ts';
import { Embedder } from '../../src/embed/index.ts';
import { decodePhoto } from '../../src/image/index.ts';
import { openPack } from '../../src/packs/index.ts';
import { openInferencePool } from '../../src/runtime/index.ts';

/** Times each stage of the journey by itself, one photo at a time on one worker. */
export async function measureStages(photos: readonly string[], rounds: number): Promise<string[]> {
  const pack = await openPack('bundled');
  await using pool = openInferencePool({ workers: 1 });
  const settings = pack.detector;
  if (settings.network !== 'ssd-mobilenet-v1') throw new Error('the bundled pack has another detector');
  const { alignment } = pack;
  if (alignment.method !== 'landmarks') throw new Error('the bundled pack aligns by something else');
  const detector = openDetector(pack, pool);
  const landmarks = new LandmarkFinder(pool, pack.models.landmarks!);
  const embedder = new Embedder(pack, pool);
  const totals = new Map<string, number[]>();
  const timed = async <Result>(
    stage: string,
    round: number,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    const start = performance.now();
    const result = await work();
    const times = totals.get(stage) ?? [];
    if (round >= 0) times[round] = (times[round] ?? 0) + performance.now() - start;
    totals.set(stage, times);
    return result;
  };
  for (let round = -1; round < rounds; round++) {
    for (const file of photos) {
      const photo = await timed('decode', round, () =>
        decodePhoto(file, { neededSidePx: pack.detector.photoSidePx }),
      );
      await timed('resize for the looks', round, () => takeLooks(photo, settings.looks));
      const faces = await timed('detect (with resize and landmarks)', round, () => detector.detect(photo));
      await timed('landmarks', round, () =>
        Promise.all(faces.map((face) => landmarks.find(photo.raster, face.box))),
      );
      const crops = await timed('align', round, async () =>
        faces.map((face) => alignFace(photo, face.landmarks, alignment)),
      );
      await timed('embed', round, () => embedder.embed(crops));
    }
  }
  const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[values.length >> 1]! / photos.length;
  const ms = Object.fromEntries([...totals].map(([stage, times]) => [stage, median(times)]));
  const whole = ms['detect (with resize and landmarks)']!;
  ms['detect'] = whole - ms['resize for the looks']! - ms['landmarks']!;
  delete ms['detect (with resize and landmarks)'];
  const sum = Object.values(ms).reduce((total, part) => total + part, 0);
  return [
    '| stage | ms a photo | share |',
    '|---|---|---|',
    ...Object.entries(ms).map(
      ([stage, part]) => `| ${stage} | ${part.toFixed(1)} | ${((100 * part) / sum).toFixed(0)} % |`,
    ),
    `| all | ${sum.toFixed(1)} | 100 % |`,
  ];
}
