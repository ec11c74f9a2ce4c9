import type { Pack } from '../../packs/index.ts';
import { double } from './java-json.ts';
import type { SeenFace, SeenPicture } from './looking.ts';
import type { Parameters } from './parameters.ts';

/** To five decimals, halves up, as CompreFace rounds. */
export const fiveDecimals = (value: number): number => Math.floor(value * 1e5 + 0.5) / 1e5;

const listOf = (embedding: ArrayLike<number>) => Array.from(embedding, double);

/** The fields that every answer about a face has, and those that were asked for. */
export function faceAnswer(
  face: SeenFace,
  picture: SeenPicture,
  { plugins, status }: Pick<Parameters, 'plugins' | 'status'>,
  exactProbability = false,
) {
  const { box, probability, landmarks, pose, embedding } = face;
  const asked = [...plugins];
  return {
    embedding:
      embedding !== undefined && asked.some((name) => name.includes('calculator'))
        ? listOf(embedding)
        : undefined,
    box: {
      probability: double(exactProbability ? probability : fiveDecimals(probability)),
      x_max: box.xMax,
      y_max: box.yMax,
      x_min: box.xMin,
      y_min: box.yMin,
    },
    pose:
      pose !== undefined && plugins.has('pose')
        ? { pitch: double(pose.pitch), roll: double(pose.roll), yaw: double(pose.yaw) }
        : undefined,
    landmarks: plugins.has('landmarks') ? landmarks.map(({ x, y }) => [x, y]) : undefined,
    execution_time: status
      ? {
          detector: double(Math.round(picture.detectorMs)),
          calculator: embedding === undefined ? undefined : double(Math.round(picture.calculatorMs)),
        }
      : undefined,
  };
}

/** What did it, where that was asked for. */
export const pluginsVersions = (
  { detector, name }: Pick<Pack, 'detector' | 'name'>,
  { status }: { status: boolean },
) => (status ? { detector: `visage.${detector.network}`, calculator: `visage.${name}` } : undefined);

/** An embedding as it came in, in an answer. */
export const sameEmbedding = listOf;
