import { visageError } from '../kernel/index.ts';
import type { Raster } from './raster.ts';

type HeicDecoder = (input: {
  buffer: Uint8Array;
}) => Promise<{ width: number; height: number; data: Uint8ClampedArray }>;

// Not a literal: the package is optional, and its types are not needed to build.
const packageName: string = 'heic-decode';

async function loadDecoder(path: string): Promise<HeicDecoder> {
  try {
    const module = (await import(packageName)) as { default: HeicDecoder };
    return module.default;
  } catch (cause) {
    throw visageError(
      'PACKAGE_MISSING',
      { feature: `Reading ${path}, a HEIC photo,`, package: packageName },
      cause,
    );
  }
}

/**
 * Decodes a HEIC photo (HEVC inside HEIF), which sharp's libraries leave out for its patents, with
 * the optional package heic-decode (libheif as WebAssembly). Turned upright by libheif from the
 * file's own `irot` and `imir`; colours are taken as sRGB.
 * @throws VisageError `PACKAGE_MISSING`, `IMAGE_UNREADABLE`
 */
export async function decodeHeic(path: string, bytes: Uint8Array): Promise<Raster> {
  const decode = await loadDecoder(path);
  const { width, height, data } = await decode({ buffer: bytes }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw visageError('IMAGE_UNREADABLE', { path, reason }, cause);
  });
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) {
    pixels[to] = data[from]!;
    pixels[to + 1] = data[from + 1]!;
    pixels[to + 2] = data[from + 2]!;
  }
  return { data: pixels, width, height };
}
