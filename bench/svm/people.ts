import { Random, unit } from '../../src/kernel/index.ts';

/** Unit vectors in clusters, one cluster for each person, as rows one after the other. */
export interface People {
  readonly train: Float32Array;
  readonly trainLabels: Int32Array;
  readonly test: Float32Array;
  readonly testLabels: Int32Array;
}

/** What the benchmark is about. */
export interface Crowd {
  readonly people: number;
  readonly faces: number;
  readonly testFaces: number;
  readonly dimension: number;
  /** Standard deviation of the noise in each number, beside centres of standard deviation 1. */
  readonly spread: number;
  readonly seed: number;
}

export function makePeople({ people, faces, testFaces, dimension, spread, seed }: Crowd): People {
  const random = new Random(seed);
  const centres = Array.from({ length: people }, () =>
    Float64Array.from({ length: dimension }, () => random.normal()),
  );
  const draw = (count: number): [Float32Array, Int32Array] => {
    const rows = new Float32Array(people * count * dimension);
    const labels = Int32Array.from({ length: people * count }, (_, r) => Math.floor(r / count));
    for (const [r, person] of labels.entries()) {
      const row = centres[person]!.map((centre) => centre + spread * random.normal());
      rows.set(unit(row), r * dimension);
    }
    return [rows, labels];
  };
  const [train, trainLabels] = draw(faces);
  const [test, testLabels] = draw(testFaces);
  return { train, trainLabels, test, testLabels };
}

/** `values` as rows of `dimension` numbers. */
export const rowsOf = (values: Float32Array, dimension: number): Float32Array[] =>
  Array.from({ length: values.length / dimension }, (_, r) =>
    values.subarray(r * dimension, (r + 1) * dimension),
  );

/** What either side reports; times in milliseconds of wall clock. */
export interface Report {
  readonly version: string;
  /** Fit with probabilities. */
  readonly fitMs: number;
  /** The same in processor time. */
  readonly fitCpuMs: number;
  /** For one row. */
  readonly predictMs: number;
  /** For one row. */
  readonly probabilityMs: number;
  /** Share of held-out rows whose class is right, by votes. */
  readonly accuracy: number;
  /** The same by the largest probability. */
  readonly probabilityAccuracy: number;
  /** Mean of −log of the probability of the right class. */
  readonly logLoss: number;
}
