import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * usearch believes whatever lies in a file that it looks at: another file, or one that was cut short, ends
 * the process (segmentation fault). So a graph is followed by what it is and a digest of its bytes, and is
 * only looked at when they agree.
 */
const mark = 'visage graph 1\n\0';
const digestBytes = 32;
/** The mark, dimension and length of the graph as float64, its SHA-256. */
const trailerBytes = mark.length + 16 + digestBytes;
const chunkBytes = 1 << 20;

function digest(file: number, length: number): Buffer {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(chunkBytes);
  for (let at = 0; at < length; ) {
    const read = readSync(file, chunk, 0, Math.min(chunkBytes, length - at), at);
    if (read === 0) break;
    hash.update(chunk.subarray(0, read));
    at += read;
  }
  return hash.digest();
}

/** Ends the file of a graph that usearch has written. */
export function endGraphFile(path: string, dimension: number): void {
  const trailer = Buffer.alloc(trailerBytes);
  trailer.write(mark, 'latin1');
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    trailer.writeDoubleLE(dimension, mark.length);
    trailer.writeDoubleLE(size, mark.length + 8);
    digest(file, size).copy(trailer, mark.length + 16);
  } finally {
    closeSync(file);
  }
  appendFileSync(path, trailer, { flush: true });
}

/** Whether the file is a whole graph of embeddings of this dimension. Reads all of it. */
export function isGraphFile(path: string, dimension: number): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    const length = fstatSync(file).size - trailerBytes;
    const trailer = Buffer.alloc(trailerBytes);
    return (
      length > 0 &&
      readSync(file, trailer, 0, trailerBytes, length) === trailerBytes &&
      trailer.toString('latin1', 0, mark.length) === mark &&
      trailer.readDoubleLE(mark.length) === dimension &&
      trailer.readDoubleLE(mark.length + 8) === length &&
      digest(file, length).equals(trailer.subarray(mark.length + 16))
    );
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}
