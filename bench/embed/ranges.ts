/**
 * Measures between what the values of the recogniser lie, for its 8-bit arithmetic, and writes them into the
 * source. `npm run bench:ranges [-- FOLDER]`, FOLDER holds images/<Person>/ of LFW. It looks at every fifth photo
 * of the people with two to four images, who take part in no measurement, in all views of the bundled pack.
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { middleFace } from '../../src/dataset/index.ts';
import { encodeModel } from '../../src/formats/index.ts';
import { toModel } from '../../src/graph/index.ts';
import { isByteConvolution } from '../../src/nets/dlib-resnet-bytes.ts';
import { packDefinition } from '../../src/packs/registry.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { openLocalSession } from '../../src/runtime/index.ts';
import { bundledWeights } from '../../test/support/bundled-weights.ts';
import { inRepository, inShared } from '../../test/support/repository.ts';

const folder = join(process.argv[2] ?? inShared('data/lfw'), 'images');
const people = new Map<string, string[]>();
for (const file of (await readdir(folder, { recursive: true }))
  .filter((name) => name.endsWith('.jpg'))
  .sort()) {
  const person = file.replaceAll('\\', '/').split('/')[0]!;
  people.set(person, [...(people.get(person) ?? []), file]);
}
const photos = [...people.values()]
  .filter(({ length }) => length >= 2 && length <= 4)
  .flat()
  .filter((_, i) => i % 5 === 0);

const { build } = packDefinition('bundled').networks.embedder;
const graph = build(await bundledWeights('face_recognition_model'), { weightsPath: 'the weights' });
const measured = new Set<string>();
for (const node of graph.nodes.filter(({ op, name }) => op === 'Conv' && isByteConvolution(name))) {
  const [after, ...others] = graph.nodes.filter(({ inputs }) => inputs.includes(node.outputs[0]!));
  measured.add(node.inputs[0]!);
  measured.add(after?.op === 'Relu' && others.length === 0 ? after.outputs[0]! : node.outputs[0]!);
}
const outputs = [...measured].map((name) => graph.values.get(name)!);
const model = encodeModel(toModel({ ...graph, outputs: [...graph.outputs, ...outputs] }));
await using session = await openLocalSession(graph.name, model);
await using recognizer = await openRecognizer();
const ranges = new Map([...measured].map((name) => [name, { low: 0, high: 0 }]));
for (const [i, photo] of photos.entries()) {
  const located = await recognizer.locate(join(folder, photo));
  const face = middleFace(located.faces, located.photo.width, located.photo.height);
  if (face === undefined) continue;
  const crop = recognizer.crop(located, face);
  const dims = [1, crop.height, crop.width, 3];
  const values = await session.run({ image: { type: 'uint8', dims, data: crop.data } });
  for (const [name, range] of ranges) {
    for (const value of values[name]!.data as Float32Array) {
      if (value < range.low) range.low = value;
      if (value > range.high) range.high = value;
    }
  }
  if (i % 100 === 0) process.stderr.write(`${i}/${photos.length}\n`);
}
const rows = [...ranges].map(
  ([name, { low, high }]) => `  ['${name}', { low: ${low.toPrecision(5)}, high: ${high.toPrecision(5)} }],`,
);
const text = `import type { ValueRange } from '../graph/index.ts';

/**
 * Least and largest of what the convolutions of \`dlibResnet\` on bytes take and give, over all views of ${photos.length}
 * faces. Made by \`npm run bench:ranges\`.
 */
export const dlibResnetRanges: ReadonlyMap<string, ValueRange> = new Map([
${rows.join('\n').replaceAll(/\b(\d+)\.0+\b(?!\d)/g, '$1')}
]);
`;
await writeFile(inRepository('src/nets/dlib-resnet-ranges.ts'), text);
process.stdout.write(
  'Ranges are part of what is built: raise builderVersion of src/packs/definition.ts, and its golden.\n',
);
