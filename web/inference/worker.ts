import type { OpenPack, Pack, PackModels } from '../../src/packs/index.ts';
import { VideoWatcher } from '../../src/video/index.ts';
import { pixelsOf } from './frame-pixels.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { loadNetworks, type Network } from './networks.ts';
import { SessionPool } from './session-pool.ts';

/** The worker of the live view: frames in, faces and embeddings out. Frames end here. */

const tell = (message: FromWorker): void => self.postMessage(message, { transfer: [] });

async function open(pack: Pack, offered: readonly Network[]): Promise<VideoWatcher> {
  // Video is looked at in 8-bit arithmetic alone, where there is a network for it: a quarter to load.
  const inBytes = (part: string): boolean => offered.some((other) => other.part === `${part}Bytes`);
  const networks = offered.filter(({ part }) => !inBytes(part));
  const contents = await loadNetworks(networks, (loadedBytes, totalBytes) =>
    tell({ kind: 'loading', loadedBytes, totalBytes }),
  );
  const pool = new SessionPool();
  const models: Partial<Record<string, PackModels['detector']>> = {};
  for (const [i, { part, name, id }] of networks.entries()) {
    const model = { name, id, path: '' };
    models[part] = model;
    await pool.load(model, contents[i]!);
  }
  models['detector'] ??= models['detectorBytes']!;
  models['embedder'] ??= models['embedderBytes']!;
  const openPack: OpenPack = { ...pack, models: models as unknown as PackModels };
  return new VideoWatcher(openPack, pool);
}

let watcher: VideoWatcher | undefined;

async function answer(message: ToWorker): Promise<void> {
  if (message.kind === 'open') {
    watcher = await open(message.pack, message.networks);
    tell({ kind: 'ready' });
    return;
  }
  const raster = pixelsOf(message.frame);
  const faces = await watcher!.watch(raster, message.takenAtMs);
  tell({ kind: 'seen', width: raster.width, height: raster.height, faces });
}

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  answer(data).catch((thrown: unknown) => {
    tell({ kind: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) });
  });
});
