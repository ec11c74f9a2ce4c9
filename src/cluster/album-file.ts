import { ArrayReader, fingerprintBytes, fingerprintRows } from '../dataset/index.ts';
import { type NpyArray, NpzFile, writeNpz } from '../formats/index.ts';
import { VisageError } from '../kernel/index.ts';
import type { Album } from './album.ts';
import { albumFormat, type AlbumSettings } from './album-format.ts';
import { AlbumReader } from './album-reader.ts';

const scalar = (text: string): NpyArray => ({ type: 'string', dims: [], data: [text] });
const texts = (data: readonly string[]): NpyArray => ({ type: 'string', dims: [data.length], data });
const integers = (data: readonly number[], width?: number): NpyArray => ({
  type: 'int32',
  dims: width === undefined ? [data.length] : [data.length / width, width],
  data: Int32Array.from(data),
});
const prints = (fingerprints: readonly string[]): NpyArray => ({
  type: 'uint8',
  dims: [fingerprints.length, fingerprintBytes],
  data: fingerprintRows(fingerprints),
});

/**
 * Writes an album as a `.npz` file, which NumPy opens: a row a face in `embeddings` (float32 [N, D]),
 * `boxes` (x, y, width, height), `scores`, `qualities`, `face_photos` (row of its photo), `clusters` (number of its
 * cluster), `ranks` (0: the most typical of it), `crop_bytes` and `crops` (WebP files end to end); a row a
 * photo in `photo_fingerprints` and `photo_sizes`; `photo_files` with `file_photos`; how the clusters grew in
 * `tree_nodes` and `tree_similarities`; `unusable_…`; `pack`, `recipe`, `settings` (JSON).
 * @throws VisageError `FILE_UNWRITABLE`; the reason of `signal`
 */
export async function writeAlbum(path: string, album: Album, signal?: AbortSignal): Promise<void> {
  const { photos, unusable, clustering } = album;
  const faces = photos.flatMap((photo) => photo.faces);
  const places = new Map<string, readonly [number, number]>();
  for (const { number, faces: ids } of clustering.clusters) {
    for (const [rank, id] of ids.entries()) places.set(id, [number, rank]);
  }
  const dimension = faces[0]?.embedding.length ?? 0;
  const embeddings = new Float32Array(faces.length * dimension);
  for (const [row, { embedding }] of faces.entries()) embeddings.set(embedding, row * dimension);
  const unclear = new Set(clustering.unclear);
  const settings: AlbumSettings = {
    maxDistance: clustering.maxDistance,
    nextNumber: clustering.nextNumber,
    corrections: clustering.corrections,
    names: album.names,
  };
  const readable = unusable.filter(({ fingerprint }) => fingerprint !== '');
  const arrays: Record<string, NpyArray> = {
    format: scalar(albumFormat),
    pack: scalar(album.pack),
    recipe: scalar(album.recipe),
    settings: scalar(JSON.stringify(settings)),
    photo_files: texts(photos.flatMap(({ files }) => files)),
    file_photos: integers(photos.flatMap(({ files }, row) => files.map(() => row))),
    photo_fingerprints: prints(photos.map(({ fingerprint }) => fingerprint)),
    photo_sizes: integers(
      photos.flatMap(({ width, height }) => [width, height]),
      2,
    ),
    face_photos: integers(photos.flatMap((photo, row) => photo.faces.map(() => row))),
    embeddings: { type: 'float32', dims: [faces.length, dimension], data: embeddings },
    boxes: {
      type: 'float32',
      dims: [faces.length, 4],
      data: Float32Array.from(faces.flatMap(({ box }) => [box.x, box.y, box.width, box.height])),
    },
    scores: {
      type: 'float32',
      dims: [faces.length],
      data: Float32Array.from(faces, ({ score }) => score),
    },
    qualities: {
      type: 'float32',
      dims: [faces.length],
      data: Float32Array.from(faces, ({ quality }) => quality),
    },
    unclear: {
      type: 'bool',
      dims: [faces.length],
      data: Uint8Array.from(faces, ({ id }) => Number(unclear.has(id))),
    },
    clusters: integers(faces.map(({ id }) => places.get(id)![0])),
    ranks: integers(faces.map(({ id }) => places.get(id)![1])),
    tree_nodes: integers([...clustering.tree.nodes], 2),
    tree_similarities: {
      type: 'float64',
      dims: [clustering.tree.similarities.length],
      data: clustering.tree.similarities,
    },
    unusable_files: texts(readable.map(({ file }) => file)),
    unusable_codes: texts(readable.map(({ code }) => code)),
    unusable_messages: texts(readable.map(({ message }) => message)),
    unusable_fingerprints: prints(readable.map(({ fingerprint }) => fingerprint)),
    crop_bytes: integers(faces.map(({ crop }) => crop.length)),
    crops: {
      type: 'uint8',
      dims: [faces.reduce((sum, { crop }) => sum + crop.length, 0)],
      data: concatenated(faces.map(({ crop }) => crop)),
    },
  };
  // Crops are compressed already, and embeddings hardly can be.
  await writeNpz(path, arrays, { compress: false, ...(signal === undefined ? {} : { signal }) });
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Reads what {@link writeAlbum} wrote.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `DATASET_ARRAYS`
 */
export async function readAlbum(path: string): Promise<Album> {
  const npz = await NpzFile.open(path);
  try {
    return await new AlbumReader(npz).album();
  } finally {
    await npz.close();
  }
}

/**
 * The pack that an album is of, read without the rest of it; undefined where there is no album.
 * @throws VisageError as {@link readAlbum}, but for `FILE_NOT_FOUND`
 */
export async function packOfAlbum(path: string): Promise<string | undefined> {
  let npz: NpzFile;
  try {
    npz = await NpzFile.open(path);
  } catch (thrown) {
    if (thrown instanceof VisageError && thrown.code === 'FILE_NOT_FOUND') return undefined;
    throw thrown;
  }
  try {
    return await new ArrayReader(npz, 'cluster').text('pack');
  } finally {
    await npz.close();
  }
}
