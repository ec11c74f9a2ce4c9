import type { Metadata, SharpOptions } from 'sharp';
import { checkOptions, VisageError, visageError } from '../kernel/index.ts';
import type { OptionSchema } from '../kernel/index.ts';
import { isSrgbProfile } from './colour-profile.ts';
import { sniffFormat } from './file-format.ts';
import { decodeHeic } from './heic.ts';
import { resizeNative, sharp, toRaster } from './native.ts';
import { photoName, readPhotoFile } from './photo-file.ts';
import type { Photo, PhotoSource, Raster } from './raster.ts';

export interface DecodeOptions {
  /** Photos with more pixels are refused from their header, before decoding; default 100 million. */
  readonly maxPixels?: number;
  /**
   * The long side that the caller can use, in pixels. A photo at least half as long again is shrunk
   * while it is decoded, to no less than this. Not given: never shrunk.
   */
  readonly neededSidePx?: number;
  /** Whether the photo is turned by its EXIF orientation; default yes. HEIC is always upright. */
  readonly upright?: boolean;
  /**
   * `srgb` (default): colours are converted by the photo's profile; `stored`: they are taken as they are,
   * as Pillow takes them. Of no account for HEIC.
   */
  readonly colours?: 'srgb' | 'stored';
  readonly signal?: AbortSignal | undefined;
}

const schema = {
  maxPixels: {
    type: 'number',
    default: 100e6,
    min: 1,
    integer: true,
    description: 'Photos with more pixels than this are refused.',
  },
  neededSidePx: {
    type: 'number',
    default: Number.MAX_SAFE_INTEGER,
    min: 1,
    integer: true,
    description: 'Larger photos may be shrunk while decoding to no less than this long side.',
  },
} as const satisfies OptionSchema;

/** Below this no face can be found: the smallest that detectors are made for is about 20 pixels wide. */
const leastSidePx = 16;
/** Shrinking by less than this costs more than it saves. */
const leastShrink = 1.5;
/** Of a file that is cut off, at least this share of the picture must be there. */
const leastShareLeft = 0.25;
/** How many frames of an animation are looked at for one that shows anything. */
const maxFramesTried = 10;
/** A frame whose values all lie this close together shows nothing. */
const flatRange = 8;

/**
 * Decodes a photo once: upright by its EXIF orientation, sRGB, 8 bits, 3 channels.
 *
 * The content decides the format, not the name: JPEG, PNG, GIF, WebP, TIFF, AVIF, and HEIC with the
 * optional package heic-decode. Transparency is laid on white, as viewers show it. Of an animation
 * the first frame that shows anything is taken, of a multi-page file the first (HEIF: primary) page.
 * A damaged or cut-off file gives what can be decoded, if that is at least a quarter of the picture.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `IMAGE_UNREADABLE`, `IMAGE_UNSUPPORTED`,
 *   `IMAGE_TOO_LARGE`, `IMAGE_TOO_SMALL`, `PACKAGE_MISSING`, `PACKAGE_BROKEN`; the signal's reason when aborted
 */
export async function decodePhoto(source: PhotoSource, options: DecodeOptions = {}): Promise<Photo> {
  const { signal, upright = true, colours = 'srgb', ...numbers } = options;
  const { maxPixels, neededSidePx } = checkOptions('decodePhoto', schema, numbers);
  const path = photoName(source);
  signal?.throwIfAborted();
  const bytes = await readPhotoFile(source);
  const sniffed = sniffFormat(bytes);
  if (!sniffed.readable) {
    if (sniffed.format === undefined) throw visageError('IMAGE_UNREADABLE', { path, reason: sniffed.reason });
    throw visageError('IMAGE_UNSUPPORTED', { path, format: sniffed.format, advice: sniffed.advice });
  }
  signal?.throwIfAborted();
  const header = await readHeader(path, bytes);
  const { width, height } = upright ? header.autoOrient : header;
  if (width * height > maxPixels) {
    throw visageError('IMAGE_TOO_LARGE', { path, got: width * height, width, height, allowed: maxPixels });
  }
  if (Math.min(width, height) < leastSidePx) {
    throw visageError('IMAGE_TOO_SMALL', { path, width, height, allowed: leastSidePx });
  }
  signal?.throwIfAborted();
  const target = shrunkSize(width, height, neededSidePx);
  if (header.format === 'heif' && header.compression === 'hevc') {
    const full = await decodeHeic(path, bytes, signal);
    const raster = target ? await resizeNative(full, target.width, target.height) : full;
    return toPhoto(raster, full);
  }
  const common = {
    autoOrient: upright,
    limitInputPixels: false,
    ignoreIcc: header.icc !== undefined && (colours === 'stored' || isSrgbProfile(header.icc)),
  };
  return toPhoto(await decodePixels(path, bytes, header, common, target, signal), { width, height });
}

function toPhoto(raster: Raster, { width, height }: Size): Photo {
  const scale = Math.max(width, height) / Math.max(raster.width, raster.height);
  return { raster, width, height, scale };
}

async function readHeader(path: string, bytes: Uint8Array): Promise<Metadata> {
  try {
    return await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The size to shrink to, with a long side of `neededSidePx` or up to a tenth more, whichever comes
 * closest to the photo's exact shape: common shapes are met exactly, so one factor maps both axes.
 */
function shrunkSize(width: number, height: number, neededSidePx: number): Size | undefined {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  if (long < leastShrink * neededSidePx) return undefined;
  const most = Math.min(Math.floor(neededSidePx * 1.1), Math.floor(long / leastShrink));
  let best = { long: 0, short: 0, deviation: Infinity };
  for (let candidate = neededSidePx; candidate <= most; candidate++) {
    const exact = (candidate * short) / long;
    const rounded = Math.max(1, Math.round(exact));
    const deviation = Math.abs(rounded - exact);
    if (deviation < best.deviation - 1e-9) best = { long: candidate, short: rounded, deviation };
  }
  return width >= height
    ? { width: best.long, height: best.short }
    : { width: best.short, height: best.long };
}

async function decodePixels(
  path: string,
  bytes: Uint8Array,
  header: Metadata,
  common: SharpOptions,
  target: Size | undefined,
  signal: AbortSignal | undefined,
): Promise<Raster> {
  const decodePage = async (page: number): Promise<Raster> => {
    try {
      return await decodeOnce(bytes, { ...common, page, failOn: 'error' }, target);
    } catch {
      const raster = await decodeOnce(bytes, { ...common, page, failOn: 'none' }, target).catch(
        (cause: unknown) => {
          throw unreadable(path, cause);
        },
      );
      const share = 1 - missingShare(raster);
      if (share >= leastShareLeft) return raster;
      const reason = `the file is cut off or damaged; only ${Math.round(100 * share)} % of the picture is there`;
      throw visageError('IMAGE_UNREADABLE', { path, reason });
    }
  };
  const first = await decodePage(header.pagePrimary ?? 0);
  const animated = header.format === 'gif' || header.format === 'webp';
  const frames = animated ? Math.min(header.pages ?? 1, maxFramesTried) : 1;
  if (frames === 1 || !isFlat(first)) return first;
  for (let page = 1; page < frames; page++) {
    signal?.throwIfAborted();
    const frame = await decodePage(page);
    if (!isFlat(frame)) return frame;
  }
  return first;
}

function decodeOnce(bytes: Uint8Array, options: SharpOptions, target: Size | undefined): Promise<Raster> {
  let pipeline = sharp(bytes, options);
  if (target) pipeline = pipeline.resize(target.width, target.height, { fit: 'fill', kernel: 'cubic' });
  return toRaster(pipeline.flatten({ background: '#ffffff' }).toColourspace('srgb'));
}

/** The share of rows or columns of one colour only: decoders fill the missing rest of a file so. */
function missingShare({ data, width, height }: Raster): number {
  const sameAsFirst = (start: number, step: number, count: number): boolean => {
    for (let i = 1, at = start + step; i < count; i++, at += step) {
      if (data[at] !== data[start] || data[at + 1] !== data[start + 1] || data[at + 2] !== data[start + 2]) {
        return false;
      }
    }
    return true;
  };
  let rows = 0;
  for (let y = 0; y < height; y++) if (sameAsFirst(y * width * 3, 3, width)) rows++;
  let columns = 0;
  for (let x = 0; x < width; x++) if (sameAsFirst(x * 3, width * 3, height)) columns++;
  return Math.max(rows / height, columns / width);
}

function isFlat({ data }: Raster): boolean {
  let low = 255;
  let high = 0;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
    if (high - low > flatRange) return false;
  }
  return true;
}

/** The first thing that the decoder complained about, without its internal names. */
function unreadable(path: string, cause: unknown): Error {
  if (cause instanceof VisageError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const reason = said
    .split('\n')[0]!
    .replace(/^(Input (file|buffer)( has corrupt header)?:?\s*)/, '')
    .replace(/^(VipsJpeg|vipspng|webp|heif|gifload_buffer|tiff2vips): ?/, '')
    .trim();
  return visageError('IMAGE_UNREADABLE', { path, reason: reason || 'it is damaged' }, cause);
}
