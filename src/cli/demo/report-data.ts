import type { Classifier, Prediction } from '../../classify/index.ts';
import type { Embeddings } from '../../dataset/index.ts';
import { type ProgressListener, Random } from '../../kernel/index.ts';
import type { Recognizer } from '../../recognizer.ts';
import {
  chooseFaces,
  chooseMapFaces,
  mapEmbeddings,
  type MapMethod,
  type ReportData,
  type ReportFace,
  type ReportPrediction,
  type ReportSkipped,
} from '../../report/index.ts';
import { packageFile } from '../package-file.ts';
import { type Answers, tally } from './answers.ts';
import type { IdentifiedPhotos } from './identified-photos.ts';
import { facePictures } from './report-pictures.ts';
import type { DemoFiles, DemoRequest } from './result.ts';
import type { Stopwatch } from './stopwatch.ts';

/** All that the stages of a demo left behind. */
export interface DemoHarvest {
  readonly request: DemoRequest;
  readonly files: DemoFiles;
  readonly recognizer: Recognizer;
  readonly classifier: Classifier;
  readonly embeddings: Embeddings;
  readonly answers: Answers;
  readonly identified: IdentifiedPhotos;
  readonly skipped: readonly ReportSkipped[];
  readonly notice: string | undefined;
  readonly watch: Stopwatch;
}

const candidateCount = 5;
const methods: Readonly<Record<MapMethod, string>> = {
  umap: 'Drawn by UMAP from the distances between unit embeddings.',
  pca: 'Drawn along the two principal components of the unit embeddings.',
};

function reportPrediction(answer: Prediction): ReportPrediction {
  const { name, probability, distance, candidates } = answer;
  return {
    name,
    probability,
    distance,
    refused: !answer.known,
    candidates: candidates.slice(0, candidateCount),
  };
}

/** Every face with its answer: training faces first, then test faces, as the files have them. */
function reportFaces({ embeddings, answers }: DemoHarvest): ReportFace[] {
  return (['train', 'val'] as const).flatMap((split) => {
    const { names, files } = embeddings[split];
    return names.map((name, i) => ({
      split,
      name,
      file: files?.[i] ?? `${split} ${i + 1}`,
      prediction: reportPrediction(answers[split][i]!),
    }));
  });
}

/** Puts together what the report shows: draws the map, takes the pictures of the faces. */
export async function collectReport(harvest: DemoHarvest): Promise<ReportData> {
  const { request, files, recognizer, classifier, embeddings, answers, watch } = harvest;
  const faces = reportFaces(harvest);
  const vectors = [...embeddings.train.embeddings, ...embeddings.val.embeddings];
  const drawn = chooseMapFaces(faces.length);
  const map = await watch.measure(
    'draw the map',
    () =>
      drawMap(
        drawn.map((i) => vectors[i]!),
        request,
      ),
    () => [drawn.length, 'faces'],
  );
  const places = new Map(drawn.map((face, i) => [face, map.positions[i]!] as const));
  const pictures = await facePictures(files.dataset, chooseFaces(faces));
  const own = request.dataset !== undefined;
  const shown: ReportFace[] = [];
  for (const [i, face] of faces.entries()) {
    const [position, thumbnail] = [places.get(i), pictures.get(i)];
    shown.push({ ...face, ...(position && { position }), ...(thumbnail && { thumbnail }) });
  }
  return {
    title: own ? 'Who is in your photographs?' : 'Who is in these photographs?',
    ...(harvest.notice === undefined ? {} : { notice: harvest.notice }),
    measuresAccuracy: own,
    photos: harvest.identified.photos,
    faces: shown,
    trainAccuracy: tally(answers.train, embeddings.train.names),
    map: { method: map.method, description: methods[map.method] },
    skipped: harvest.skipped,
    stages: watch.stages,
    settings: [
      { label: 'Pack', value: recognizer.pack.name },
      { label: 'Embedding', value: `${classifier.dimension} numbers a face` },
      { label: 'Classifier', value: classifier.kind },
      { label: 'Unknown beyond distance', value: classifier.maxDistance.toFixed(2) },
      { label: 'Seed', value: String(request.seed) },
      { label: 'Visage', value: packageFile().version },
      { label: 'Node.js', value: `${process.version.slice(1)}, ${process.platform} ${process.arch}` },
    ],
    commands: commandLines(request, files),
  };
}

const drawMap = (
  vectors: readonly Float32Array[],
  { seed, progress, signal }: { seed: number; progress: ProgressListener; signal: AbortSignal },
) => mapEmbeddings(vectors, new Random(seed).fork('map'), { progress, signal });

/** `text` as one word of a POSIX shell. */
const quoted = (text: string): string =>
  /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

function commandLines({ dataset, out, seed }: DemoRequest, files: DemoFiles): ReportData['commands'] {
  const folder = dataset ?? out;
  const own = dataset === undefined ? '' : ` ${quoted(dataset)}`;
  return [
    { purpose: 'All of it', line: `visage demo${own} --out ${quoted(out)} --seed ${seed}` },
    {
      purpose: 'Find and cut out the faces',
      line: `visage prepare ${quoted(folder)} --out ${quoted(files.dataset)} --seed ${seed}`,
    },
    {
      purpose: 'Turn each face into an embedding',
      line: `visage embed ${quoted(files.dataset)} --out ${quoted(files.embeddings)}`,
    },
    {
      purpose: 'Learn whose face is whose',
      line: `visage train ${quoted(files.embeddings)} --out ${quoted(files.classifier)} --seed ${seed}`,
    },
    {
      purpose: 'Name the faces in photos',
      line: `visage identify PHOTO --classifier ${quoted(files.classifier)} --draw annotated`,
    },
  ];
}
