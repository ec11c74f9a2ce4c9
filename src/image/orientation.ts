import { sharp } from './native.ts';

/**
 * The EXIF orientation of a photo, 1 to 8; 1 where it has none, or where its decoder turns it by itself (HEIF).
 * @param bytes of a file that `decodePhoto` reads
 */
export async function exifOrientation(bytes: Uint8Array): Promise<number> {
  const { orientation = 1, format } = await sharp(bytes, {
    failOn: 'none',
    limitInputPixels: false,
  }).metadata();
  return format === 'heif' || orientation < 1 || orientation > 8 ? 1 : orientation;
}
