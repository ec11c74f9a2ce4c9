import type { RecognizerOptions } from '../../recognizer.ts';
import { packageFile } from '../package-file.ts';
import type { Run } from '../run.ts';
import type { CheckResult } from './check.ts';
import { checkMemory, checkNode, checkPlatform, checkProcessor, glibcVersion } from './machine.ts';
import { checkCache, checkNetworks, checkWeights } from './networks.ts';
import { checkPictures } from './pictures.ts';

/** All checks, one after the other, from the ground up. None throws: what goes wrong is a result. */
export async function* checkEverything(
  run: Run,
  networks: RecognizerOptions,
): AsyncGenerator<CheckResult, void, undefined> {
  yield checkNode(process.versions.node, packageFile().engines.node);
  yield checkPlatform(
    process.platform,
    process.arch,
    process.platform === 'linux' ? glibcVersion() : undefined,
  );
  yield checkProcessor();
  yield checkMemory();
  yield* checkPictures(run.rooms);
  yield await checkWeights(run.rooms, networks.pack ?? 'bundled');
  yield await checkCache(run.rooms);
  yield await checkNetworks(run.rooms, networks, run.signal);
}
