import { availableParallelism } from 'node:os';
import sharp, { type Sharp } from 'sharp';
import { Slots } from './slots.ts';
import type { Raster } from './raster.ts';

// libvips' operation cache never hits for pictures that are looked at once; it would only hold memory.
sharp.cache(false);
// Photos are worked on side by side, so one thread each is quickest, and glibc's allocator fragments
// when many threads allocate (sharp's own default there; here it holds on every platform).
sharp.concurrency(1);

export { sharp };

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
