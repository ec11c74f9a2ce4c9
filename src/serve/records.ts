import type { LocatedFace } from '../detect/index.ts';
import type { Person, PersonDetails } from '../gallery/index.ts';
import type { Box } from '../kernel/index.ts';
import type { PhotoSource } from '../image/index.ts';
import type { FaceQuality } from '../quality/index.ts';
import type { UploadedFile } from './http/uploaded-file.ts';
import { plainSource } from './service.ts';

/** Rounded so that an answer says what is known and no more; the command line shows the same digits. */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** In whole pixels of the upright photo, as on the command line. */
export const boxRecord = ({ x, y, width, height }: Box): Box => ({
  x: Math.round(x),
  y: Math.round(y),
  width: Math.round(width),
  height: Math.round(height),
});

export const faceRecord = ({ box, score, landmarks }: LocatedFace) => ({
  box: boxRecord(box),
  score: rounded(score, 4),
  landmarks: landmarks.map(({ x, y }) => ({ x: rounded(x, 1), y: rounded(y, 1) })),
});

export const personRecord = ({ id, name, exampleCount }: Person): Person => ({ id, name, exampleCount });

export const personDetailsRecord = ({ examples, merged, ...person }: PersonDetails) => ({
  ...personRecord(person),
  examples: [...examples],
  merged: merged.map(personRecord),
});

/** What an upload is to the library: bytes with a name to report them under. */
export const photoOf = ({ name, bytes }: UploadedFile): Exclude<PhotoSource, string> => ({
  name: plainSource(name),
  bytes,
});

/** `x,y,width,height` of a query that its schema has passed. */
export function boxOf(query: string): Box {
  const [x, y, width, height] = query.split(',').map(Number) as [number, number, number, number];
  return { x, y, width, height };
}

export const qualityRecord = ({ overall, verdict, reasons }: FaceQuality) => ({
  overall: rounded(overall, 4),
  verdict,
  reasons: [...reasons],
});
