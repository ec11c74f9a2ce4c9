/**
 * Strangers: with a classifier of a few people, how many faces of others get a name, and how many of their own
 * faces keep theirs. `npm run bench:strangers [-- DATASET [LFW]]`: DATASET holds train/<name>/ and val/<name>/, LFW
 * holds images/<Person>/; the strangers are the first 2,000 people of LFW (by name) with exactly one image, none
 * of whom the pack was calibrated on, without those who are in the data set.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainClassifier } from '../../src/classify/index.ts';
import { embedDataset, prepareDataset, readEmbeddings } from '../../src/dataset/index.ts';
import { proportion } from '../../src/evaluate/index.ts';
import { packCalibration } from '../../src/packs/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { inShared } from '../../test/support/repository.ts';
import { lfwParts, lfwPeople } from './people.ts';

const strangersCounted = 2000;
const dataset = process.argv[2] ?? inShared('data/celeb6');
const lfw = process.argv[3] ?? inShared('data/lfw');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

await using recognizer = await openRecognizer();
const folder = await mkdtemp(join(tmpdir(), 'visage-strangers-'));
const [faces, numbers] = [join(folder, 'faces.npz'), join(folder, 'embeddings.npz')];
await prepareDataset(dataset, recognizer, { out: faces });
await embedDataset(faces, recognizer, { out: numbers });
const { train, val } = await readEmbeddings(numbers);
await rm(folder, { recursive: true });

/** Spellings of one name: letters alone, as they sound alike enough here. */
const letters = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');
// Ben Affleck is spelled with one f in the data set.
const own = new Set([...train.names.map(letters), 'benaffleck']);
const singles = (await lfwPeople(lfw)).filter(lfwParts.unknown);
const others = singles.filter(({ name }) => !own.has(letters(name)));
const strangers = others.slice(0, strangersCounted).map(({ embeddings }) => embeddings[0]!);
say(
  `${train.names.length} training and ${val.names.length} validation faces, ${strangers.length} strangers (${singles.length - others.length} left out, who are in the data set)`,
);

const calibration = await packCalibration(recognizer.pack.name);
const { maxDistance } = recognizer.pack.embedder;
const { name: pack } = recognizer.pack;
for (const kind of ['svm', 'linear', 'neighbors', 'mean'] as const) {
  for (const openSet of [undefined, calibration && { calibration }]) {
    const classifier = trainClassifier(train.embeddings, train.names, { pack, maxDistance, kind, openSet });
    const named = strangers.filter((embedding) => classifier.predict(embedding).known).length;
    const kept = val.embeddings.filter((embedding, i) => {
      const answer = classifier.predict(embedding);
      return answer.known && answer.name === val.names[i];
    }).length;
    const { share, low, high } = proportion(named, strangers.length);
    const rule =
      openSet === undefined ? `maxDistance ${maxDistance}` : `maxFalseAccept ${classifier.maxFalseAccept}`;
    say(
      `${kind}, ${rule}: ${named} strangers get a name (${percent(share)}; 95 %: ${percent(low)} to ${percent(high)}), ${kept} of ${val.names.length} keep theirs`,
    );
  }
}
