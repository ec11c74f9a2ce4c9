import type { NamedWeights } from '../../kernel/index.ts';
import type { InceptionPreprocessing } from '../../nets/index.ts';

/** Where weights come from, as far as the file tells. */
export interface Lineage {
  /** The kind of file: `keras-model`, `keras-weights`, `torch-checkpoint`, `tensorflow-graph`. */
  readonly form: string;
  /** The published file that this is, e.g. `deepface-128`, `20180402-114759`; absent where its hash is not known. */
  readonly published?: string;
  /** What it most likely is by its structure, e.g. `facenet_keras`, where the hash does not tell. */
  readonly likely?: string;
  /** What the published weights were trained on. */
  readonly trainedOn?: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A network from a file of somebody else: everything that building and using it takes. */
export interface ImportedWeights {
  readonly architecture: 'inception-resnet-v1';
  /** By the names of `inceptionResnetV1`. */
  readonly weights: NamedWeights;
  /** Numbers of an embedding. */
  readonly dimension: number;
  /** Scale of the last residual block. */
  readonly lastScale: number;
  /** Whether the network in the file ends in a division by the embedding's length. */
  readonly normalised: boolean;
  /** How its pixels were prepared in training: the default, which a pack can override. */
  readonly preprocessing: InceptionPreprocessing;
  readonly lineage: Lineage;
  /** What was assumed and may be wrong, as sentences for people. */
  readonly notes: readonly string[];
}

/** What an importer makes of the bytes; `importWeights` adds what the hash tells, and the notes. */
export type WeightsFound = Omit<ImportedWeights, 'lineage' | 'notes'> & Pick<Lineage, 'form' | 'likely'>;

/** Reads one form of weight file. @param path what errors call the file */
export type WeightImporter = (bytes: Uint8Array, path: string) => WeightsFound | Promise<WeightsFound>;
