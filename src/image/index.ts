export { decodePhoto } from './decode.ts';
export type { DecodeOptions } from './decode.ts';
export { halve, letterbox, placeOnCanvas } from './letterbox.ts';
export type { Letterboxed } from './letterbox.ts';
export type { Photo, PhotoSource, Raster } from './raster.ts';
export { mirror, warpSimilarity } from './warp.ts';
