/**
 * What importing a full-size FaceNet costs: every form of file (Keras model and weights alone, PyTorch
 * checkpoints of both forms, frozen TensorFlow graph; 92 to 112 MB) is written with known
 * weights, and each is imported and built into an ONNX file by a process of its own. Prints seconds and peak
 * memory; the bars are 5 s and 600 MB.
 *
 *     node dist/bench/facenet/import.js [file]      with a file: that one alone
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourceUsage } from 'node:process';
import { fileURLToPath } from 'node:url';
import { encodeModel } from '../../src/formats/index.ts';
import { toModel } from '../../src/graph/index.ts';
import { inceptionResnetV1 } from '../../src/nets/index.ts';
import { importWeights } from '../../src/packs/index.ts';
import { inceptionWeights } from '../../test/support/deterministic-weights.ts';
import { facenetTorch } from '../../test/support/facenet-torch.ts';
import { facenetGraph } from '../../test/support/graph-def-file.ts';
import { kerasArchitecture } from '../../test/support/keras-architecture.ts';
import { kerasFile } from '../../test/support/keras-file.ts';
import { inShared, skipWithoutShared } from '../../test/support/repository.ts';
import { torchFile } from '../../test/support/torch-file.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(2);

async function importOne(path: string): Promise<void> {
  const start = performance.now();
  const { weights, preprocessing, normalised, lastScale, lineage } = await importWeights(path);
  const imported = performance.now();
  const graph = inceptionResnetV1(weights, { preprocessing, normalise: normalised, lastScale });
  await writeFile(`${path}.onnx`, encodeModel(toModel(graph)));
  print(
    `${lineage.form}, ${(lineage.sizeBytes / 1e6).toFixed(1)} MB: read and checked in ${seconds(start, imported)} s, ` +
      `built and written in ${seconds(imported, performance.now())} s, ` +
      `peak memory ${Math.round(resourceUsage().maxRSS / 1024)} MB`,
  );
}

const given = process.argv[2];
if (given === undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'visage-bench-'));
  try {
    const weights = inceptionWeights();
    const wide = inceptionWeights({ dimension: 512 });
    const published = 'models/facenet_keras_model.json';
    const config: unknown =
      skipWithoutShared(published) === false
        ? JSON.parse(await readFile(inShared(published), 'utf8'))
        : kerasArchitecture();
    const files = [
      ['model.h5', () => kerasFile(weights, { config })],
      ['weights.h5', () => kerasFile(weights)],
      ['published-legacy.pt', () => torchFile(facenetTorch(wide, { classes: 8631 }), 'legacy')],
      ['published-zip.pt', () => torchFile(facenetTorch(wide, { classes: 8631 }), 'zip')],
      ['trained-legacy.pt', () => torchFile(facenetTorch(wide, { layout: 'plain' }), 'legacy')],
      ['trained-zip.pt', () => torchFile(facenetTorch(wide, { layout: 'plain' }), 'zip')],
      ['graph.pb', () => facenetGraph(wide)],
    ] as const;
    print(`load ${loadavg()[0]!.toFixed(1)}`);
    for (const [name, write] of files) {
      await writeFile(join(folder, name), await write());
      print(`${name}:`);
      spawnSync(process.execPath, [fileURLToPath(import.meta.url), join(folder, name)], { stdio: 'inherit' });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
} else {
  await importOne(given);
}
