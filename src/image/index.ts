export type { Photo, Raster } from './raster.ts';
