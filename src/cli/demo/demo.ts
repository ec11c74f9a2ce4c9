import { pathToFileURL } from 'node:url';
import { addNetworkFlags, addOutputFlags, readNetworkFlags, seedSchema } from '../common-flags.ts';
import { addFlags, readFlags } from '../flags.ts';
import { addReferenceFlags, readAskedPack } from '../reference-flags.ts';
import type { DefineVerb, Run } from '../run.ts';
import { printable } from '../view/cells.ts';
import { paint } from '../view/style.ts';
import { counted } from '../view/units.ts';
import type { DemoResult } from './result.ts';

const description = `Do the whole job, start to end, and write an HTML report about it.

Without a data set it uses the six group photos that come with the bundled pack: it finds their 22 faces, makes training and test pictures by varying each face as a camera would, and learns from them who is who.

With a folder of your own, train/<name>/ and val/<name>/, it does the same on your photos, and the accuracy is real. Running it again is quick: only what changed is done again.`;

const examples = `
Examples:
  visage demo
  visage demo celebrities/ --out celebrities-report
  visage demo celebrities/ --pack facenet-128 --reference`;

export const defineDemo: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('[dataset]', 'folder of photos, sorted by name')
    .option('--out <folder>', 'where everything goes', 'visage-demo')
    .addHelpText('after', examples);
  addReferenceFlags(addNetworkFlags(addFlags(command, seedSchema)));
  addOutputFlags(command).action(async (dataset: string | undefined, flags: { out: string }) => {
    const { seed } = readFlags(command, seedSchema);
    const { pack, reference } = await readAskedPack(command, run.rooms);
    const networks = readNetworkFlags(command, pack);
    run.interruption.kept = `what is done so far is kept in ${flags.out}`;
    const { runDemo } = await import('./job.ts');
    const { progress, signal } = run;
    const result = await runDemo({
      dataset,
      out: flags.out,
      seed,
      networks,
      reference,
      progress,
      signal,
    });
    run.output.progress.end();
    await show(run, result);
  });
};

/** How a person opens a file of this system in its viewer. */
const openers: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'start ""' };

async function show(run: Run, result: DemoResult): Promise<void> {
  const { output } = run;
  const { accuracy, example, identified, files } = result;
  const depth = output.stdoutTraits.color;
  const line = (text: string): Promise<void> => output.line(text);
  await line(
    `Found ${counted(identified.faces, 'face')} in ${counted(identified.photos, 'photo')}; ${counted(result.people, 'person', 'people')} to learn.`,
  );
  await line(`Dataset: train=${accuracy.train.total}, test=${accuracy.test.total}`);
  const parts = Object.entries(accuracy).filter(([, { total }]) => total > 0);
  await line(
    `Accuracy: ${parts.map(([part, { right, total }]) => `${part}=${((100 * right) / total).toFixed(3)}`).join(', ')}`,
  );
  if (example !== null) {
    await line(`Predicted: ${printable(example.predicted)} (${(100 * example.probability).toFixed(3)})`);
    await line(`Expected: ${printable(example.expected)}`);
  }
  if (identified.known > 0) {
    const all = identified.right === identified.known;
    const sentence = `${identified.right} of ${identified.known} faces of the photos named right.`;
    await line(paint(sentence, all ? 'good' : 'doubtful', depth));
  }
  if (result.notice !== null) await line(`Note: ${result.notice}`);
  for (const note of result.notes) output.note(note);
  if (result.skipped.length > 0) {
    output.note(`${counted(result.skipped.length, 'file')} left out; the report says why.`);
  }
  await line(`Report: ${paint(files.report, 'strong', depth)}`);
  const opener = openers[process.platform] ?? 'xdg-open';
  output.note(`Open it in a browser: ${opener} ${files.report}   (${pathToFileURL(files.report).href})`);
  await output.document(result);
}
