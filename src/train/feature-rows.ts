import type { Random, Tensor } from '../kernel/index.ts';
import type { FaceFeatures, Trunk } from './trunk.ts';

/** How the rows of a face lie, see `FaceFeatures`. */
export type TrunkShape = Pick<Trunk, 'featureSize' | 'views'>;

/** Means of the views of each photo, as the pack embeds. */
export function meanRows(
  { featureSize: size, views }: TrunkShape,
  faces: readonly FaceFeatures[],
  photos: readonly number[],
): Tensor<'float32'> {
  const data = new Float32Array(photos.length * size);
  for (const [i, photo] of photos.entries()) {
    const { rows } = faces[photo]!;
    for (let view = 0; view < views; view++) {
      for (let k = 0; k < size; k++) data[i * size + k]! += rows[view * size + k]! / views;
    }
  }
  return { type: 'float32', dims: [photos.length, size], data };
}

/** Each photo as it is, mirrored or the mean of both, or as one of its variations. */
export function variedRows(
  { featureSize: size, views }: TrunkShape,
  faces: readonly FaceFeatures[],
  places: readonly number[],
  photos: Uint32Array,
  draw: Random,
): Tensor<'float32'> {
  const data = new Float32Array(photos.length * size);
  const plain = views === 2 ? 3 : 1;
  for (const [i, photo] of photos.entries()) {
    const { rows } = faces[places[photo]!]!;
    const variations = rows.length / size - views;
    const choice = draw.integer(plain + variations);
    const target = data.subarray(i * size, (i + 1) * size);
    if (choice >= plain) {
      const from = (views + choice - plain) * size;
      target.set(rows.subarray(from, from + size));
      continue;
    }
    const mirrored = choice / 2;
    for (let k = 0; k < size; k++) {
      target[k] = (1 - mirrored) * rows[k]! + (mirrored > 0 ? mirrored * rows[size + k]! : 0);
    }
  }
  return { type: 'float32', dims: [photos.length, size], data };
}
