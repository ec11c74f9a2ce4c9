import type { MtcnnSettings } from '../../packs/index.ts';
import type { Program, RunProgram } from '../../runtime/index.ts';
import type { LocatedFace } from '../face.ts';
import { Cascade, type MtcnnModels } from './cascade.ts';

/** The input `pixels` is uint8 [height, width, 3]: red, green, blue. */
export interface CascadeArgument {
  readonly models: MtcnnModels;
  readonly settings: MtcnnSettings;
  /** Pixels of the photo per pixel of the input. */
  readonly scale: number;
}

/** One for each set of networks and settings: they are few. */
const cascades = new Map<string, Cascade>();

function cascadeOf(models: MtcnnModels, settings: MtcnnSettings): Cascade {
  const key = JSON.stringify([models, settings]);
  const known = cascades.get(key);
  if (known !== undefined) return known;
  const cascade = new Cascade(models, settings);
  cascades.set(key, cascade);
  return cascade;
}

/** A photo's whole way through MTCNN, as a job of one worker: see {@link Program}. */
export const run: RunProgram<CascadeArgument, LocatedFace[]> = (
  { models, settings, scale },
  { pixels },
  infer,
) => {
  const [height, width] = pixels!.dims as [number, number, number];
  const raster = { data: pixels!.data as Uint8Array, width, height };
  return cascadeOf(models, settings).find(raster, scale, infer);
};

export const cascadeProgram = ({ pnet }: MtcnnModels): Program<CascadeArgument, LocatedFace[]> => ({
  run,
  url: import.meta.url,
  model: pnet,
});
