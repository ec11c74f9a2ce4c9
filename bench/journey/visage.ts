/**
 * One warm Visage process for the benchmark: photo → faces → embeddings, as `identify` does it.
 * Parent → child: { photos: [path] }; child → parent: { ms, faces: [number] }.
 */
import { mapInOrder } from '../../src/kernel/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';

const recognizer = await openRecognizer();
const send = (message: object): void => void process.send!(message);

async function facesIn(photo: string): Promise<number> {
  const located = await recognizer.locate(photo);
  const crops = located.faces.map((face) => recognizer.crop(located, face));
  return (await recognizer.embed(crops)).length;
}

process.on('message', ({ photos }: { photos: string[] }) => {
  void (async () => {
    const start = performance.now();
    const faces: number[] = [];
    for await (const count of mapInOrder(photos, recognizer.concurrency, facesIn)) faces.push(count);
    send({ ms: performance.now() - start, faces });
  })();
});
send({ ready: `Visage, pack ${recognizer.pack.name}` });
