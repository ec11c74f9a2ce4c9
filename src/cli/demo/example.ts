import { type EmbeddedSplit, readCrop } from '../../dataset/index.ts';
import { writeFileAtomically } from '../../formats/index.ts';
import { titledPicture } from '../../image/index.ts';
import type { Prediction } from '../../classify/index.ts';
import { Random } from '../../kernel/index.ts';
import type { DemoExample, DemoFiles } from './result.ts';

/**
 * One test face chosen at random, as `visage train` chooses it, written as a picture with the title
 * `name (probability)`. `null` where there is no test face.
 */
export async function writeExample(
  files: DemoFiles,
  { names, files: photos }: EmbeddedSplit,
  answers: readonly Prediction[],
  seed: number,
): Promise<DemoExample | null> {
  if (answers.length === 0) return null;
  const index = new Random(seed).fork('example').integer(answers.length);
  const { name, probability } = answers[index]!;
  const crop = await readCrop(files.dataset, 'val', index);
  const title = `${name} (${(100 * probability).toFixed(3)})`;
  await writeFileAtomically(files.example, await titledPicture(crop, title));
  return { file: photos?.[index] ?? '', predicted: name, expected: names[index]!, probability };
}
