import { ArrayReader, fingerprintBytes, fingerprintsOf } from '../dataset/index.ts';
import type { NpzFile } from '../formats/index.ts';
import { compareCodePoints, type ErrorCode, visageError } from '../kernel/index.ts';
import { type Album, type AlbumFace, type AlbumPhoto, type ClusterName, faceId } from './album.ts';
import { albumFormat, type AlbumSettings } from './album-format.ts';
import type { FaceCluster } from './cluster-faces.ts';
import type { Correction } from './corrections.ts';

/** The arrays of an album's file, checked. */
export class AlbumReader {
  readonly #npz: NpzFile;
  readonly #arrays: ArrayReader;

  constructor(npz: NpzFile) {
    this.#npz = npz;
    this.#arrays = new ArrayReader(npz, 'cluster');
  }

  async album(): Promise<Album> {
    const found = await this.#arrays.text('format');
    if (found !== albumFormat) {
      if (found?.startsWith('visage-clusters-') !== true)
        throw this.#arrays.fault('it is no album of visage cluster');
      throw visageError('FORMAT_UNSUPPORTED', {
        path: this.#npz.path,
        feature: `version ${found}`,
        format: 'clusters',
        allowed: albumFormat,
      });
    }
    const photos = await this.#photos();
    const faces = photos.flatMap((photo) => photo.faces);
    const { names, ...settings } = this.#settings((await this.#arrays.text('settings')) ?? '');
    const nodes = await this.#integers('tree_nodes', undefined, 2);
    const similarities = (await this.#arrays.read('tree_similarities', ['float64'], 1)).data;
    const leaves = faces.map(({ id }) => id).sort(compareCodePoints);
    const steps = similarities.length;
    const orderly = nodes.every((node, i) => node >= 0 && node < leaves.length + (i >> 1));
    const once = new Set(nodes).size === nodes.length;
    if (nodes.length !== 2 * steps || !orderly || !once) throw this.#arrays.fault('its tree is no tree');
    return {
      pack: (await this.#arrays.text('pack')) ?? '',
      recipe: (await this.#arrays.text('recipe')) ?? '',
      photos,
      unusable: await this.#unusable(),
      clustering: {
        clusters: await this.#clusters(faces),
        ...settings,
        unclear: await this.#unclear(faces),
        tree: { leaves, nodes, similarities },
        searches: 0,
      },
      names,
    };
  }

  async #integers(name: string, rows: number | undefined, width?: number): Promise<Int32Array> {
    const { data } = await this.#arrays.read(name, ['int32'], width === undefined ? 1 : 2);
    if (rows !== undefined && data.length !== rows * (width ?? 1)) {
      throw this.#arrays.fault(`${name} holds ${data.length} numbers, ${rows * (width ?? 1)} were expected`);
    }
    return data;
  }

  async #texts(name: string, rows?: number): Promise<readonly string[]> {
    const { data } = await this.#arrays.read(name, ['string'], 1);
    if (rows !== undefined && data.length !== rows) {
      throw this.#arrays.fault(`${name} holds ${data.length} texts, ${rows} were expected`);
    }
    return data;
  }

  async #fingerprints(name: string): Promise<string[]> {
    const { dims, data } = await this.#arrays.read(name, ['uint8'], 2);
    if (dims[1] !== fingerprintBytes) throw this.#arrays.fault(`${name} holds no fingerprints`);
    return fingerprintsOf(data);
  }

  #row(name: string, rows: Int32Array, below: number): void {
    const wrong = rows.find((row) => row < 0 || row >= below);
    if (wrong !== undefined) throw this.#arrays.fault(`${name} names photo ${wrong} of ${below}`);
  }

  async #photos(): Promise<AlbumPhoto[]> {
    const fingerprints = await this.#fingerprints('photo_fingerprints');
    const sizes = await this.#integers('photo_sizes', fingerprints.length, 2);
    const files = await this.#texts('photo_files');
    const filePhotos = await this.#integers('file_photos', files.length);
    this.#row('file_photos', filePhotos, fingerprints.length);
    const { data: embeddings, dims } = await this.#arrays.read('embeddings', ['float32'], 2);
    const [count = 0, dimension = 0] = dims;
    const facePhotos = await this.#integers('face_photos', count);
    this.#row('face_photos', facePhotos, fingerprints.length);
    const boxes = (await this.#arrays.read('boxes', ['float32'], 2)).data;
    const scores = (await this.#arrays.read('scores', ['float32'], 1)).data;
    const qualities = (await this.#arrays.read('qualities', ['float32'], 1)).data;
    const cropBytes = await this.#integers('crop_bytes', count);
    const crops = (await this.#arrays.read('crops', ['uint8'], 1)).data;
    const cropSum = cropBytes.reduce((sum, bytes) => sum + Math.max(0, bytes), 0);
    const sameLength = scores.length === count && qualities.length === count;
    if (boxes.length !== 4 * count || !sameLength || cropSum !== crops.length) {
      throw this.#arrays.fault('its arrays of faces have different lengths');
    }
    const filesOf = fingerprints.map((): string[] => []);
    for (const [i, file] of files.entries()) filesOf[filePhotos[i]!]!.push(file);
    if (filesOf.some(({ length }) => length === 0)) throw this.#arrays.fault('a photo has no file');
    const facesOf = fingerprints.map((): AlbumFace[] => []);
    let at = 0;
    for (let row = 0; row < count; row++) {
      const faces = facesOf[facePhotos[row]!]!;
      const [x, y, width, height] = boxes.subarray(4 * row, 4 * row + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      faces.push({
        id: faceId(fingerprints[facePhotos[row]!]!, faces.length + 1),
        box: { x, y, width, height },
        score: scores[row]!,
        quality: qualities[row]!,
        embedding: embeddings.slice(row * dimension, (row + 1) * dimension),
        crop: crops.slice(at, at + cropBytes[row]!),
      });
      at += cropBytes[row]!;
    }
    return fingerprints.map((fingerprint, row) => ({
      fingerprint,
      files: filesOf[row]!,
      width: sizes[2 * row]!,
      height: sizes[2 * row + 1]!,
      faces: facesOf[row]!,
    }));
  }

  async #clusters(faces: readonly AlbumFace[]): Promise<FaceCluster[]> {
    const numbers = await this.#integers('clusters', faces.length);
    const ranks = await this.#integers('ranks', faces.length);
    const members = new Map<number, { id: string; rank: number }[]>();
    for (const [row, { id }] of faces.entries()) {
      const number = numbers[row]!;
      const member = { id, rank: ranks[row]! };
      const known = members.get(number);
      if (known === undefined) members.set(number, [member]);
      else known.push(member);
    }
    return Array.from(members, ([number, list]) => ({
      number,
      faces: list.sort((a, b) => a.rank - b.rank).map(({ id }) => id),
    })).sort((a, b) => b.faces.length - a.faces.length || a.number - b.number);
  }

  async #unclear(faces: readonly AlbumFace[]): Promise<string[]> {
    const { data } = await this.#arrays.read('unclear', ['bool'], 1);
    if (data.length !== faces.length) throw this.#arrays.fault('unclear has another length than the faces');
    return faces.filter((_, row) => data[row] === 1).map(({ id }) => id);
  }

  async #unusable(): Promise<Album['unusable']> {
    const files = await this.#texts('unusable_files');
    const codes = await this.#texts('unusable_codes', files.length);
    const messages = await this.#texts('unusable_messages', files.length);
    const fingerprints = await this.#fingerprints('unusable_fingerprints');
    return files.map((file, i) => ({
      file,
      fingerprint: fingerprints[i] ?? '',
      code: codes[i] as ErrorCode,
      message: messages[i]!,
    }));
  }

  #settings(text: string): AlbumSettings {
    const fault = (): Error => this.#arrays.fault('its settings are damaged');
    let value: Partial<AlbumSettings>;
    try {
      value = JSON.parse(text) as Partial<AlbumSettings>;
    } catch {
      throw fault();
    }
    const { maxDistance, nextNumber, corrections, names } = value ?? {};
    const sound =
      typeof maxDistance === 'number' &&
      Number.isSafeInteger(nextNumber) &&
      Array.isArray(corrections) &&
      corrections.every(
        ({ same, faces }: Partial<Correction>) =>
          typeof same === 'boolean' &&
          Array.isArray(faces) &&
          faces.length === 2 &&
          faces.every((face) => typeof face === 'string'),
      ) &&
      Array.isArray(names) &&
      names.every(
        ({ number, name }: Partial<ClusterName>) => Number.isSafeInteger(number) && typeof name === 'string',
      );
    if (!sound) throw fault();
    return { maxDistance, nextNumber: nextNumber!, corrections, names };
  }
}
