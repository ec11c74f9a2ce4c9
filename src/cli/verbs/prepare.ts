import type { OptionSchema } from '../../kernel/index.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags, seedSchema } from '../common-flags.ts';
import { addFlags, readFlags } from '../flags.ts';
import { addReferenceFlags, readAskedPack } from '../reference-flags.ts';
import type { DefineVerb } from '../run.ts';
import { noteSkipped, skippedRecord } from '../skipped-photos.ts';
import { counted } from '../view/units.ts';
import { loadedLines, splitRecord } from '../split-report.ts';

const description = `Find the face in every photo of a data set, cut it out upright, and put all of them into one file.

The data set is a folder with train/<name>/ and val/<name>/, each full of photos of that person. With one level only, <name>/, a share of each person's photos is set aside for validation (--val-share).

A photo that gives no face is left out and named, with the reason. The .npz file opens in NumPy: arr_0 holds the training faces, arr_1 their names, arr_2 and arr_3 those for validation.

When it is interrupted, the faces found so far are kept: the same command goes on from there. Run again after adding photos, it looks only at the new ones.`;

const examples = `
Examples:
  visage prepare celebrities/
  visage prepare holiday/ --val-share 0.25 --seed 7 --out holiday.npz
  visage prepare celebrities/ --json > counts.json
  visage prepare celebrities/ --pack facenet-128 --reference`;

const schema = {
  valShare: {
    type: 'number',
    default: 0.2,
    min: 0,
    max: 0.9,
    description: 'share of the photos of each person that is set aside, where the folder has no val/',
  },
  ...seedSchema,
} as const satisfies OptionSchema;

export const definePrepare: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<dataset>', 'folder of photos, sorted by name')
    .option('--out <file>', 'where the faces go', 'faces-dataset.npz')
    .addHelpText('after', examples);
  addReferenceFlags(addNetworkFlags(addFlags(command, schema)));
  addOutputFlags(command).action(async (folder: string, flags: { out: string }) => {
    const { out } = flags;
    const options = readFlags(command, schema);
    const { pack } = await readAskedPack(command, run.rooms);
    const networks = readNetworkFlags(command, pack);
    const { output, progress, signal } = run;
    run.interruption.kept = `the faces found so far are kept, and ${out} is as it was`;
    const { prepareDataset } = await run.rooms.dataset();
    const { openRecognizer } = await run.rooms.recognizer();
    await using recognizer = await openRecognizer(networks);
    const done = await prepareDataset(folder, recognizer, { ...options, out, progress, signal });
    output.progress.end();
    const { train, val, shapes, skipped, severalFaces, notes } = done;
    for (const line of loadedLines(train.people, shapes['arr_0']!)) await output.line(line);
    for (const line of loadedLines(val.people, shapes['arr_2']!)) await output.line(line);
    noteSkipped(output, skipped);
    if (severalFaces.length > 0) {
      const taken = recognizer.pack.selection?.face === 'first' ? 'surest' : 'main';
      output.note(
        `${counted(severalFaces.length, 'photo')} showed several faces; the ${taken} one was taken.`,
      );
    }
    for (const note of notes) output.note(note);
    output.note(`The faces are in ${out}. Next: visage embed ${out}`);
    await output.document({
      file: out,
      pack: done.pack,
      train: splitRecord(train.people, shapes['arr_0']!),
      val: splitRecord(val.people, shapes['arr_2']!),
      skipped: skipped.map(skippedRecord),
      severalFaces,
      notes,
      work: done.work,
    });
  });
};
