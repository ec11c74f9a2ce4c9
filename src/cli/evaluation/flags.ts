import type { Command } from 'commander';
import { type OptionSchema, visageError } from '../../kernel/index.ts';
import { addOutputFlags, readWorkers, addWorkersFlag } from '../common-flags.ts';

/** `--face`: which face of a photo is that of the person whose name the photo bears. */
export const faceSchema = {
  face: {
    type: 'choice',
    choices: ['main', 'middle'],
    default: 'main',
    description:
      'of several faces in a photo: main, as prepare takes; middle, for photos cut like those of LFW',
  },
} as const satisfies OptionSchema;

/** Flags that all evaluations have: where the page goes, threads, what every verb understands. */
export function addEvaluationFlags(command: Command): Command {
  command.option('--out <folder>', 'where page, JSON and CSV go', 'visage-evaluation');
  return addOutputFlags(addWorkersFlag(command));
}

/** `--pack`, as often as there are packs to compare. */
export function addPacksFlag(command: Command): Command {
  return command.option(
    '--pack <name>',
    'networks to use; give it several times to compare (default: bundled)',
    (name: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), name],
  );
}

export interface EvaluationFlags {
  readonly out: string;
  /** At least one, each once. */
  readonly packs: readonly string[];
  readonly workers: { readonly workers?: number };
}

/** What {@link addEvaluationFlags} and {@link addPacksFlag} added. @throws VisageError `USAGE`, `OPTION_INVALID` */
export function readEvaluationFlags(command: Command): EvaluationFlags {
  const { out, pack: packs = ['bundled'] } = command.opts<{ out: string; pack?: readonly string[] }>();
  const twice = packs.find((name, i) => packs.indexOf(name) !== i);
  if (twice !== undefined) {
    throw visageError('USAGE', {
      problem: `--pack ${twice} was given twice; give each pack once.`,
      command: `visage evaluate ${command.name()}`,
    });
  }
  return { out, packs, workers: readWorkers(command) };
}
