import { join } from 'node:path';
import type { ProgressListener } from '../../kernel/index.ts';
import type { RecognizerOptions } from '../../recognizer.ts';
import type { ReportSkipped, ReportStage } from '../../report/index.ts';

/** What the demo is asked to do. */
export interface DemoRequest {
  /** Folder of the user's photos; without it the sample photos are used. */
  readonly dataset: string | undefined;
  /** Folder for everything that is made. */
  readonly out: string;
  readonly seed: number;
  readonly networks: RecognizerOptions;
  /** Train as the original system does. */
  readonly reference: boolean;
  readonly progress: ProgressListener;
  readonly signal: AbortSignal;
}

/** Where everything lies. */
export interface DemoFiles {
  readonly dataset: string;
  readonly embeddings: string;
  readonly classifier: string;
  /** Folder of the annotated photos. */
  readonly annotated: string;
  readonly example: string;
  readonly report: string;
}

/** The files of a demo in `out`. */
export const demoFiles = (out: string): DemoFiles => ({
  dataset: join(out, 'faces-dataset.npz'),
  embeddings: join(out, 'faces-embeddings.npz'),
  classifier: join(out, 'classifier.json'),
  annotated: join(out, 'annotated'),
  example: join(out, 'example.png'),
  report: join(out, 'report.html'),
});

/** Right answers out of all. */
export interface Tally {
  readonly right: number;
  readonly total: number;
}

/** One test face chosen at random. */
export interface DemoExample {
  readonly file: string;
  readonly predicted: string;
  readonly expected: string;
  /** In [0, 1]. */
  readonly probability: number;
}

/** What came of a demo: what the terminal and `--json` show. */
export interface DemoResult {
  readonly pack: string;
  readonly seed: number;
  /** The sentence about variations; `null` on photos of the user's. */
  readonly notice: string | null;
  readonly people: number;
  readonly accuracy: { readonly train: Tally; readonly test: Tally };
  /** Faces in the photos that were identified: all, those whose name is known, those of them named right. */
  readonly identified: {
    readonly photos: number;
    readonly faces: number;
    readonly known: number;
    readonly right: number;
  };
  /** `null` where there is no test face. */
  readonly example: DemoExample | null;
  readonly skipped: readonly ReportSkipped[];
  readonly notes: readonly string[];
  readonly stages: readonly ReportStage[];
  readonly files: DemoFiles;
}
