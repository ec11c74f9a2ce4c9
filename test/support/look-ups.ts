import type { Program, RunProgram } from '../../src/runtime/index.ts';
import { doubling, tenPlaces } from './networks.ts';

/**
 * Doubles the four pixels of `pixels`, which makes places, and looks them up one by one: two networks. The
 * places share one number of memory, so each lookup must have its own turn.
 */
export const run: RunProgram<{ shift: number }, number[]> = async ({ shift }, inputs, infer) => {
  const { doubled } = await infer(doubling, inputs);
  const data = new Uint8Array(1);
  const lookUp = async (place: number): Promise<number> => {
    const { tenfold } = await infer(tenPlaces, () => {
      data[0] = place + shift;
      return { place: { type: 'uint8', dims: [1], data } };
    });
    return Number(tenfold!.data[0]);
  };
  return Promise.all(Array.from(doubled!.data as Float32Array, lookUp));
};

export const lookUps: Program<{ shift: number }, number[]> = { run, url: import.meta.url, model: doubling };
