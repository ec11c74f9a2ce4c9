import type { Command } from 'commander';
import { maxFalseAcceptOption, type UnknownReason } from '../calibrate/index.ts';
import { addFlags, readFlags } from './flags.ts';
import { printable } from './view/cells.ts';

/** `--max-false-accept`: the verbs that say, or learn to say, that a face is nobody's. */
export const addMaxFalseAcceptFlag = (command: Command, defaultInWords: string): Command =>
  addFlags(command, maxFalseAcceptOption, { maxFalseAccept: defaultInWords });

/** What was given; undefined where nothing was. @throws VisageError `OPTION_INVALID` */
export function readMaxFalseAccept(command: Command): number | undefined {
  if (command.getOptionValueSource('maxFalseAccept') !== 'cli') return undefined;
  return readFlags(command, maxFalseAcceptOption).maxFalseAccept;
}

/** What is shown of a face without a name. */
interface UnknownFace {
  readonly unknown?: UnknownReason;
  readonly distance: number;
  readonly candidates: readonly { readonly name: string }[];
}

/** Why a face has no name, in words, with whoever is nearest. */
export function whyUnknown({ unknown, distance, candidates }: UnknownFace): string {
  if (unknown?.kind === 'too-alike') {
    const [one, other] = unknown.names.map(printable);
    return `as near to ${one} as to ${other}, distance ${distance.toFixed(2)}`;
  }
  const nearest = printable(candidates[0]?.name ?? 'nobody');
  const far = `nearest: ${nearest}, distance ${distance.toFixed(2)}`;
  return unknown?.kind === 'poor-face' ? `${unknown.problem}; ${far}` : far;
}

/** The same in a few words, for a label in a picture. */
export function whyUnknownShort({ unknown, distance }: UnknownFace): string {
  if (unknown?.kind === 'too-alike') return unknown.names.map(printable).join(' or ');
  if (unknown?.kind === 'poor-face') return 'poor picture of a face';
  return `distance ${distance.toFixed(2)}`;
}
