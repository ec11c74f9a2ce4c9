import type { NpyArray } from '../formats/index.ts';
import type { Box, ErrorCode } from '../kernel/index.ts';
import { ArrayReader, type DatasetFile } from './dataset-file.ts';
import { fingerprintBytes, fingerprintRows, fingerprintsOf } from './fingerprint.ts';
import type { SplitName } from './layout.ts';

/** What is known about the face that was cut out of a photo, besides its pixels. */
export interface PreparedFace {
  /** Of the photo's bytes. */
  readonly fingerprint: string;
  /** How many faces the photo has. */
  readonly faceCount: number;
  /** In pixels of the upright photo. */
  readonly box: Box;
  readonly score: number;
}

/** A photo that will not give a face however often one looks. */
export interface HopelessPhoto {
  readonly file: string;
  readonly fingerprint: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** A face in its place in the data set. */
export type LabelledFace = PreparedFace & { readonly person: string; readonly file: string };

const fingerprintArray = (fingerprints: readonly string[]): NpyArray => ({
  type: 'uint8',
  dims: [fingerprints.length, fingerprintBytes],
  data: fingerprintRows(fingerprints),
});
const text = (strings: readonly string[]): NpyArray => ({
  type: 'string',
  dims: [strings.length],
  data: strings,
});

/** The extra arrays of a split, by their names in the file. */
export function faceArrays(split: SplitName, faces: readonly LabelledFace[]): Record<string, NpyArray> {
  const boxes = Float32Array.from(faces.flatMap(({ box }) => [box.x, box.y, box.width, box.height]));
  return {
    [`files_${split}`]: text(faces.map(({ file }) => file)),
    [`boxes_${split}`]: { type: 'float32', dims: [faces.length, 4], data: boxes },
    [`scores_${split}`]: {
      type: 'float32',
      dims: [faces.length],
      data: Float32Array.from(faces, ({ score }) => score),
    },
    [`face_counts_${split}`]: {
      type: 'int32',
      dims: [faces.length],
      data: Int32Array.from(faces, ({ faceCount }) => faceCount),
    },
    [`fingerprints_${split}`]: fingerprintArray(faces.map(({ fingerprint }) => fingerprint)),
  };
}

/** The faces of a split, as {@link faceArrays} wrote them, in the order of the crops. */
export async function readFaces(file: DatasetFile, split: SplitName): Promise<PreparedFace[]> {
  const reader = new ArrayReader(file.npz, 'prepare');
  const boxes = (await reader.read(`boxes_${split}`, ['float32'], 2)).data;
  const scores = (await reader.read(`scores_${split}`, ['float32'], 1)).data;
  const counts = (await reader.read(`face_counts_${split}`, ['int32'], 1)).data;
  const fingerprints = fingerprintsOf((await reader.read(`fingerprints_${split}`, ['uint8'], 2)).data);
  const rows = file.splits[split].names.length;
  const fit = [boxes.length / 4, scores.length, counts.length, fingerprints.length].every((n) => n === rows);
  if (!fit) throw reader.fault(`the arrays of ${split} have different lengths`);
  return fingerprints.map((fingerprint, row) => {
    const [x, y, width, height] = boxes.subarray(row * 4, row * 4 + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    return { fingerprint, faceCount: counts[row]!, box: { x, y, width, height }, score: scores[row]! };
  });
}

/** The arrays that remember photos without a face, by their names in the file. */
export const hopelessArrays = (photos: readonly HopelessPhoto[]): Record<string, NpyArray> => ({
  skipped_files: text(photos.map(({ file }) => file)),
  skipped_codes: text(photos.map(({ code }) => code)),
  skipped_messages: text(photos.map(({ message }) => message)),
  skipped_fingerprints: fingerprintArray(photos.map(({ fingerprint }) => fingerprint)),
});

/** The photos that {@link hopelessArrays} remembered. */
export async function readHopeless(file: DatasetFile): Promise<HopelessPhoto[]> {
  const reader = new ArrayReader(file.npz, 'prepare');
  const files = (await reader.read('skipped_files', ['string'], 1)).data;
  const codes = (await reader.read('skipped_codes', ['string'], 1)).data;
  const messages = (await reader.read('skipped_messages', ['string'], 1)).data;
  const fingerprints = fingerprintsOf((await reader.read('skipped_fingerprints', ['uint8'], 2)).data);
  if ([codes, messages, fingerprints].some(({ length }) => length !== files.length)) {
    throw reader.fault('the arrays of skipped photos have different lengths');
  }
  return files.map((name, i) => ({
    file: name,
    fingerprint: fingerprints[i]!,
    code: codes[i] as ErrorCode,
    message: messages[i]!,
  }));
}
