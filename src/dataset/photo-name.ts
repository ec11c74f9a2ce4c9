import { extname } from 'node:path';

/**
 * Extensions of picture files. Those that cannot be decoded are here too: they are photos to their
 * owner, who is told why they cannot be read.
 */
const pictureExtensions: ReadonlySet<string> = new Set(
  'jpg jpeg jpe jfif pjpeg png apng webp gif tif tiff avif heic heif hif bmp jp2 j2k jxl'
    .split(' ')
    .map((extension) => `.${extension}`),
);

/** Whether the name of a file says that it is a picture. */
export const isPictureName = (name: string): boolean => pictureExtensions.has(extname(name).toLowerCase());

/** Whether the name of a file says nothing about its kind. */
export const isBareName = (name: string): boolean => extname(name) === '';

/** Files and folders that the system keeps for itself: `.DS_Store`, `._photo.jpg`, `__MACOSX`. */
export const isHiddenName = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';
