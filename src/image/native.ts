import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import type sharpModule from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { visageError } from '../kernel/index.ts';
import { Slots } from './slots.ts';
import type { Raster } from './raster.ts';

const require = createRequire(import.meta.url);
let loaded: typeof sharpModule | undefined;

function required(): typeof sharpModule {
  try {
    return require('sharp') as typeof sharpModule;
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
    const feature = 'Reading and writing pictures';
    throw visageError('PACKAGE_BROKEN', { feature, package: 'sharp', reason }, cause);
  }
}

function load(): typeof sharpModule {
  // The same module as an import gives, but only when a picture is at hand: libvips takes 0.1 s to load.
  const libvips = required();
  // libvips' operation cache never hits for pictures that are looked at once; it would only hold memory.
  libvips.cache(false);
  // Photos are worked on side by side, so one thread each is quickest, and glibc's allocator fragments
  // when many threads allocate (sharp's own default there; here it holds on every platform).
  libvips.concurrency(1);
  return libvips;
}

/**
 * A pipeline of sharp over an encoded picture or raw pixels, or over what the options make.
 * @throws VisageError `PACKAGE_BROKEN`
 */
export function sharp(input: Uint8Array | SharpOptions, options?: SharpOptions): Sharp {
  loaded ??= load();
  return input instanceof Uint8Array ? loaded(input, options) : loaded(input);
}

/** A raster as the input of a sharp pipeline; its memory is used, not copied. */
export const fromRaster = ({ data, width, height }: Raster): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });

// More pictures in native code than cores would only hold memory while they wait for each other.
const slots = new Slots(availableParallelism());

/**
 * Runs a pipeline to 8-bit RGB pixels: a plain view of sharp's own memory, since callers compare and
 * copy typed arrays. (sharp's `toUint8Array` gives such a view too, but its memory is not counted by
 * the garbage collector: decoding 2,000 photos so held 4 GB where this holds 0.3 GB.)
 */
export function toRaster(pipeline: Sharp): Promise<Raster> {
  return slots.run(async () => {
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return {
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      width: info.width,
      height: info.height,
    };
  });
}

/** Resized for the eye: bicubic, anti-aliased when shrinking. */
export const resizeNative = (raster: Raster, width: number, height: number): Promise<Raster> =>
  toRaster(fromRaster(raster).resize(width, height, { fit: 'fill', kernel: 'cubic' }));
