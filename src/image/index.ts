export type { Photo, PhotoSource, Raster } from './raster.ts';
