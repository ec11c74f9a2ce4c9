import { compareCodePoints } from '../kernel/index.ts';
import type { ReportFace, ReportPhoto } from './report-data.ts';

/** How much the report shows, so that it stays quick to open with thousands of faces. */
export const reportLimits = {
  photos: 60,
  predictions: 240,
  trainingMistakes: 48,
  people: 120,
  mapPoints: 1500,
  matrixClasses: 30,
  confusedPairs: 100,
  skipped: 200,
} as const;

/** Whether a face got the wrong answer; a refused one counts by its name, as accuracy does. */
export const isWrong = (face: ReportFace): boolean =>
  face.prediction !== undefined && face.prediction.name !== face.name;

const rank = (face: ReportFace): number => (isWrong(face) ? 0 : face.prediction!.refused ? 1 : 2);

/** Indices of the test faces in the order in which the report shows them: wrong ones first, then the least sure. */
export function predictionOrder(faces: readonly ReportFace[]): number[] {
  return [...faces.keys()]
    .filter((i) => faces[i]!.split === 'val' && faces[i]!.prediction !== undefined)
    .sort((a, b) => {
      const [first, second] = [faces[a]!, faces[b]!];
      return (
        rank(first) - rank(second) || first.prediction!.probability - second.prediction!.probability || a - b
      );
    });
}

/** Indices of the training faces that the classifier itself names wrong, as far as the report shows them. */
export function trainingMistakes(faces: readonly ReportFace[]): number[] {
  return [...faces.keys()]
    .filter((i) => faces[i]!.split === 'train' && isWrong(faces[i]!))
    .slice(0, reportLimits.trainingMistakes);
}

/** `limit` of `items`, evenly spread from the first on; all of them where they fit. */
export function spread<Item>(items: readonly Item[], limit: number): readonly Item[] {
  if (items.length <= limit) return items;
  return Array.from({ length: limit }, (_, i) => items[Math.floor((i * items.length) / limit)]!);
}

/** Indices of the faces that the map shows, ascending. */
export function mapOrder(faces: readonly ReportFace[]): readonly number[] {
  return chooseMapFaces(faces.length);
}

/** Which of `count` faces the map shows, ascending: all, or an even selection of them. */
export function chooseMapFaces(count: number): readonly number[] {
  return spread([...Array(count).keys()], reportLimits.mapPoints);
}

/** The first face of every person shown among the people: training faces before test faces. */
export function portraits(faces: readonly ReportFace[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const split of ['train', 'val'] as const) {
    for (const [i, face] of faces.entries()) {
      if (face.split === split && !first.has(face.name)) first.set(face.name, i);
    }
  }
  return new Map([...first].sort(([a], [b]) => compareCodePoints(a, b)).slice(0, reportLimits.people));
}

/** Indices of the faces of which the report shows a picture; only these need a thumbnail. */
export function chooseFaces(faces: readonly ReportFace[]): ReadonlySet<number> {
  return new Set([
    ...portraits(faces).values(),
    ...predictionOrder(faces).slice(0, reportLimits.predictions),
    ...trainingMistakes(faces),
    ...mapOrder(faces),
  ]);
}

const doubtful = (photo: ReportPhoto): boolean =>
  photo.faces.some(({ name, expected }) => name === null || (expected !== undefined && expected !== name));

/** Indices of the photos that the report shows: those with a wrong or unknown face first, then in order. */
export function choosePhotos(photos: readonly ReportPhoto[]): readonly number[] {
  if (photos.length <= reportLimits.photos) return [...photos.keys()];
  return [...photos.keys()]
    .sort((a, b) => Number(doubtful(photos[b]!)) - Number(doubtful(photos[a]!)) || a - b)
    .slice(0, reportLimits.photos);
}
