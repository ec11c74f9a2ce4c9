import type { CalibrationPerson } from '../../src/calibrate/index.ts';
import { Random, unit } from '../../src/kernel/index.ts';

export const dimension = 16;

/** People whose faces scatter around a centre of their own; the half of them that is crowded lies close together. */
export function somePeople(count: number, faces: number, seed = 1, spread = 0.05): CalibrationPerson[] {
  const random = new Random(seed);
  const draw = (deviation: number): Float32Array =>
    Float32Array.from({ length: dimension }, () => deviation * random.normal());
  // One population, whoever is drawn from it.
  const fixed = new Random(99);
  const crowd = Float32Array.from({ length: dimension }, () => fixed.normal());
  return Array.from({ length: count }, (_, i) => {
    const own = draw(i % 2 === 0 ? 1 : 0.25);
    const centre = own.map((value, j) => value + (i % 2 === 0 ? 0 : crowd[j]!));
    const embeddings = Array.from({ length: faces }, () => {
      const noise = draw(spread);
      return unit(centre.map((value, j) => value + noise[j]!));
    });
    return { name: `p${i}`, embeddings };
  });
}
