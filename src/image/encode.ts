import { checkOptions } from '../kernel/index.ts';
import type { OptionSchema } from '../kernel/index.ts';
import { fromRaster } from './native.ts';
import type { Raster } from './raster.ts';

const schema = {
  format: {
    type: 'choice',
    choices: ['jpeg', 'png', 'webp'],
    default: 'jpeg',
    description: 'File format of the picture.',
  },
  quality: {
    type: 'number',
    default: 90,
    min: 1,
    max: 100,
    integer: true,
    description: 'Quality of JPEG and WebP; WebP at 100 is lossless. PNG is always lossless.',
  },
} as const satisfies OptionSchema;

export interface EncodeOptions {
  readonly format?: 'jpeg' | 'png' | 'webp';
  /** From 1 to 100, default 90. */
  readonly quality?: number;
}

/**
 * A picture as the bytes of a file: plain sRGB without metadata, the same bytes every time.
 * JPEG keeps the full colour resolution from quality 90 on.
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export async function encodePicture(raster: Raster, options: EncodeOptions = {}): Promise<Uint8Array> {
  const { format, quality } = checkOptions('encodePicture', schema, { ...options });
  const picture = fromRaster(raster);
  if (format === 'png') return plainBytes(await picture.png({ compressionLevel: 6 }).toBuffer());
  if (format === 'webp')
    return plainBytes(await picture.webp({ quality, lossless: quality === 100 }).toBuffer());
  const chromaSubsampling = quality >= 90 ? '4:4:4' : '4:2:0';
  return plainBytes(await picture.jpeg({ quality, chromaSubsampling }).toBuffer());
}

const plainBytes = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
