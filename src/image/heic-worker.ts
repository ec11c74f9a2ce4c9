/**
 * Decodes one HEIC photo in a thread of its own: libheif in WebAssembly takes seconds, and its
 * memory is only given back when the thread ends. Started by heic.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';

export interface HeicJob {
  /** File URL of the package heic-decode. */
  readonly decoder: string;
  readonly bytes: Uint8Array;
}

export type HeicAnswer =
  | { readonly data: Uint8Array; readonly width: number; readonly height: number }
  | { readonly reason: string };

type Decoder = (input: {
  buffer: Uint8Array;
}) => Promise<{ width: number; height: number; data: Uint8ClampedArray }>;

async function decode({ decoder, bytes }: HeicJob): Promise<HeicAnswer> {
  const module = (await import(decoder)) as { default: Decoder };
  const { width, height, data: rgba } = await module.default({ buffer: bytes });
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return { data, width, height };
}

const answer = await decode(workerData as HeicJob).catch((thrown: unknown) => ({
  reason: thrown instanceof Error ? thrown.message : String(thrown),
}));
parentPort?.postMessage(answer, 'data' in answer ? [answer.data.buffer as ArrayBuffer] : []);
