import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { visageError } from '../kernel/index.ts';
import type { HeicAnswer, HeicJob } from './heic-worker.ts';
import type { Raster } from './raster.ts';
import { Slots } from './slots.ts';

const require = createRequire(import.meta.url);

/** One at a time: a 12-megapixel photo takes about 200 MB while it is decoded. */
const slots = new Slots(1);

/**
 * Decodes a HEIC photo (HEVC inside HEIF), which sharp's libraries leave out for its patents, with
 * the optional package heic-decode (libheif as WebAssembly), off the main thread. Turned upright by
 * libheif from the file's own `irot` and `imir`; colours are taken as sRGB.
 * @throws VisageError `PACKAGE_MISSING`, `IMAGE_UNREADABLE`; the signal's reason when aborted
 */
export async function decodeHeic(
  path: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
  packageName = 'heic-decode',
): Promise<Raster> {
  const decoder = resolveDecoder(path, packageName);
  const answer = await slots.run(() => {
    signal?.throwIfAborted();
    return decodeInWorker({ decoder, bytes }, signal);
  });
  if ('reason' in answer) throw visageError('IMAGE_UNREADABLE', { path, reason: answer.reason });
  return answer;
}

function resolveDecoder(path: string, packageName: string): string {
  try {
    return pathToFileURL(require.resolve(packageName)).href;
  } catch (cause) {
    const feature = `Reading ${path}, a HEIC photo,`;
    throw visageError('PACKAGE_MISSING', { feature, package: packageName }, cause);
  }
}

async function decodeInWorker(job: HeicJob, signal: AbortSignal | undefined): Promise<HeicAnswer> {
  const worker = new Worker(new URL('./heic-worker.js', import.meta.url), { workerData: job });
  let abort: (() => void) | undefined;
  try {
    return await new Promise<HeicAnswer>((resolve, reject) => {
      abort = (): void => reject(signal?.reason as Error);
      signal?.addEventListener('abort', abort, { once: true });
      worker.once('message', resolve);
      worker.once('error', (error) => resolve({ reason: error.message }));
      worker.once('exit', () => resolve({ reason: 'its decoder ended early' }));
    });
  } finally {
    if (abort) signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
