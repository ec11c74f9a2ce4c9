import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { addReferenceFlags, readAskedPack } from '../reference-flags.ts';
import type { DefineVerb } from '../run.ts';
import { shapeText, splitRecord } from '../split-report.ts';

const description = `Turn every face of a data set into an embedding: the numbers by which faces are compared.

The .npz file opens in NumPy: arr_0 holds the embeddings of the training faces as the network gave them (float32), arr_1 their names, arr_2 and arr_3 those for validation.

When it is interrupted, what was done is kept: the same command goes on from there.`;

const examples = `
Examples:
  visage embed faces-dataset.npz
  visage embed holiday.npz --out holiday-embeddings.npz`;

export const defineEmbed: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<faces-dataset.npz>', 'what visage prepare wrote')
    .option('--out <file>', 'where the embeddings go', 'faces-embeddings.npz')
    .addHelpText('after', examples);
  addReferenceFlags(addNetworkFlags(command, 'that of the data set'));
  addOutputFlags(command).action(async (datasetPath: string, flags: { out: string }) => {
    const { out } = flags;
    const { output, progress, signal } = run;
    run.interruption.kept = `what was embedded so far is kept, and ${out} is as it was`;
    const { DatasetFile, embedDataset } = await run.rooms.dataset();
    const { openRecognizer } = await run.rooms.recognizer();
    await using dataset = await DatasetFile.open(datasetPath);
    const { cropSizePx, splits } = dataset;
    const { pack = dataset.pack } = await readAskedPack(command, run.rooms, dataset.pack);
    const networks = readNetworkFlags(command, pack);
    const loaded = [splits.train, splits.val].flatMap(({ names: { length } }) => [
      shapeText([length, cropSizePx, cropSizePx, 3]),
      shapeText([length]),
    ]);
    await output.line(`Loaded:  ${loaded.join(' ')}`);
    await using recognizer = await openRecognizer(networks);
    await output.line('Loaded Model');
    const done = await embedDataset(datasetPath, recognizer, { out, progress, signal });
    output.progress.end();
    const { train, val, shapes, notes } = done;
    for (const dims of [shapes['arr_0']!, shapes['arr_2']!]) await output.line(shapeText(dims));
    for (const note of notes) output.note(note);
    output.note(`The embeddings are in ${out}. Next: visage train ${out}`);
    await output.document({
      file: out,
      pack: done.pack,
      train: splitRecord(train.people, shapes['arr_0']!),
      val: splitRecord(val.people, shapes['arr_2']!),
      notes,
      work: done.work,
    });
  });
};
