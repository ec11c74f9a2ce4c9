import { toVisageError } from '../../kernel/index.ts';
import type { RecognizerOptions } from '../../recognizer.ts';
import type { Run } from '../run.ts';
import { duration } from '../view/units.ts';
import { type CheckResult, fail, ok } from './check.ts';
import { installedVersion } from './installed-version.ts';

/** Whether the networks of the pack can be built and give numbers: all of them are run once. */
export async function* checkNetworks(
  run: Run,
  options: RecognizerOptions,
): AsyncGenerator<CheckResult, void, undefined> {
  const version = installedVersion('onnxruntime-node');
  try {
    const { openRecognizer } = await run.rooms.recognizer();
    const start = performance.now();
    await using recognizer = await openRecognizer(options);
    const { pack } = recognizer;
    const sizePx = pack.alignment.cropSizePx;
    const gray = { data: new Uint8Array(sizePx * sizePx * 3).fill(128), width: sizePx, height: sizePx };
    const [embedding] = await recognizer.embed([gray], run.signal);
    if (embedding?.length !== pack.embedder.dimension || !embedding.every(Number.isFinite))
      throw new Error('the embedding is no list of finite numbers');
    const seconds = (performance.now() - start) / 1000;
    yield ok(
      'Weights',
      `pack ${pack.name}: ${Object.values(pack.models)
        .map(({ name }) => name)
        .join(', ')}`,
    );
    yield ok('Networks', `ONNX Runtime ${version} ran them in ${duration(seconds)}`);
  } catch (thrown) {
    const error = toVisageError(thrown);
    const name =
      error.code.startsWith('WEIGHTS') || error.code === 'PACK_UNKNOWN'
        ? 'Weights'
        : error.code.startsWith('CACHE')
          ? 'Cache folder'
          : 'Networks';
    yield fail(name, error.message, error.hint);
  }
}
