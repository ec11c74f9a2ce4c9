import { mkdir } from 'node:fs/promises';
import { referenceTraining, saveClassifier, trainClassifier } from '../../classify/index.ts';
import { embedDataset, prepareDataset, readEmbeddings } from '../../dataset/index.ts';
import { systemReason, writeFileAtomically } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import { packCalibration } from '../../packs/index.ts';
import { openRecognizer } from '../../recognizer.ts';
import { buildReport, type ReportSkipped } from '../../report/index.ts';
import { askAbout, tally } from './answers.ts';
import { writeExample } from './example.ts';
import { type IdentifiedPhotos, identifyPhotos } from './identified-photos.ts';
import { collectReport } from './report-data.ts';
import { demoFiles, type DemoRequest, type DemoResult } from './result.ts';
import { Stopwatch } from './stopwatch.ts';
import { makeSamples, ownTestPhotos } from './test-photos.ts';

/** Shown wherever a figure of the sample photos is shown. */
const variationNotice =
  'The training and test pictures are variations of the same six photos: they show the pipeline working and are no accuracy figure.';

/**
 * The whole job: prepare, embed, train, identify, report. What an earlier run finished is not done again.
 * @throws VisageError what its stages throw; `FILE_UNWRITABLE`, `INTERRUPTED`
 */
export async function runDemo(request: DemoRequest): Promise<DemoResult> {
  const { dataset, out, seed, progress, signal } = request;
  const tell = { progress, signal };
  const files = demoFiles(out);
  const watch = new Stopwatch();
  await makeFolder(out);
  await using recognizer = await watch.measure(
    'start the networks',
    () => openRecognizer(request.networks),
    ({ pack }) => [Object.keys(pack.models).length, 'networks'],
  );
  const samples = dataset === undefined ? await makeSamples(request, recognizer, watch) : undefined;
  const folder = dataset ?? out;

  const prepared = await watch.measure(
    'prepare',
    () => prepareDataset(folder, recognizer, { ...tell, out: files.dataset, seed }),
    ({ work }) => [work.detected, 'photos'],
  );
  await watch.measure(
    'embed',
    () => embedDataset(files.dataset, recognizer, { ...tell, out: files.embeddings }),
    ({ work }) => [work.embedded, 'faces'],
  );
  const embeddings = await readEmbeddings(files.embeddings);
  const { train, val } = embeddings;
  signal.throwIfAborted();
  const { classifier, answers } = await watch.measure(
    'train and test',
    async () => {
      const { name: pack, embedder } = recognizer.pack;
      const { maxDistance } = embedder;
      const calibration = await packCalibration(pack);
      const openSet = calibration && { calibration };
      const classifier = trainClassifier(train.embeddings, train.names, {
        ...tell,
        pack,
        maxDistance,
        seed,
        ...(request.reference ? referenceTraining : { openSet }),
      });
      return { classifier, answers: askAbout(classifier, embeddings) };
    },
    () => [train.names.length + val.names.length, 'faces'],
  );
  await saveClassifier(files.classifier, classifier);
  const example = await writeExample(files, val, answers.val, seed);
  const identified = await watch.measure(
    'identify',
    () =>
      identifyPhotos({
        ...tell,
        ...(samples ?? ownTestPhotos(folder, val)),
        recognizer,
        classifier,
        drawFolder: files.annotated,
      }),
    ({ photos }) => [photos.length, 'photos'],
  );
  const notice = samples === undefined ? undefined : variationNotice;
  // The demo's own folder holds more than the data set, all of it ours.
  const leftOut = prepared.skipped.filter(({ file }) => dataset !== undefined || /^(train|val)\//.test(file));
  const skipped = onceEach([...leftOut, ...identified.failed]);
  const data = await collectReport({
    request,
    files,
    recognizer,
    classifier,
    embeddings,
    answers,
    identified,
    skipped,
    notice,
    watch,
  });
  await writeFileAtomically(files.report, buildReport(data), signal);
  return {
    pack: recognizer.pack.name,
    seed,
    notice: notice ?? null,
    people: classifier.classes.length,
    accuracy: { train: tally(answers.train, train.names), test: tally(answers.val, val.names) },
    identified: countIdentified(identified),
    example,
    skipped,
    notes: prepared.notes,
    stages: watch.stages,
    files,
  };
}

/** The first entry for each file: what one stage could not read, the next could not either. */
function onceEach(skipped: readonly ReportSkipped[]): ReportSkipped[] {
  const first = new Map<string, ReportSkipped>();
  for (const entry of skipped) if (!first.has(entry.file)) first.set(entry.file, entry);
  return [...first.values()];
}

function countIdentified({ photos }: IdentifiedPhotos): DemoResult['identified'] {
  const faces = photos.flatMap((photo) => photo.faces);
  const known = faces.filter(({ expected }) => expected !== undefined);
  const right = known.filter(({ name, expected }) => name === expected);
  return { photos: photos.length, faces: faces.length, known: known.length, right: right.length };
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}
