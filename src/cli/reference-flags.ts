import { type Command, Option } from 'commander';
import { VisageError, visageError } from '../kernel/index.ts';
import type { ReferenceFilter } from '../packs/index.ts';
import type { Rooms } from './rooms.ts';

/** The pack of the original system: what `--reference` means where nothing else names one. */
const originalPack = 'facenet-128';

interface ReferenceFlags {
  readonly pack?: string;
  readonly reference?: true;
  readonly referenceFilter?: ReferenceFilter;
}

/** `--reference` and `--reference-filter`: the verbs that make up the job of the original system. */
export function addReferenceFlags(command: Command): Command {
  return command
    .option(
      '--reference',
      `work as the original system does, step for step; without --pack or a file that names one, with ${originalPack}`,
    )
    .addOption(
      new Option(
        '--reference-filter <choice>',
        'with --reference: resize crops as Pillow does today (bicubic) or did in the published run (nearest)',
      ).choices(['bicubic', 'nearest'] satisfies ReferenceFilter[]),
    );
}

/** What `--pack` and the flags of {@link addReferenceFlags} come to. */
export interface AskedPack {
  /** Undefined where nobody asked for one. */
  readonly pack: string | undefined;
  readonly reference: boolean;
}

/**
 * @param recorded pack of the file at hand, where that names one
 * @throws VisageError `USAGE`; `OPTION_INVALID` for packs without a reference pipeline and for filters
 *   that contradict each other; `PACK_UNKNOWN`, `PACK_INVALID`
 */
export async function readAskedPack(command: Command, rooms: Rooms, recorded?: string): Promise<AskedPack> {
  const { pack, reference, referenceFilter } = command.opts<ReferenceFlags>();
  if (reference === undefined) {
    if (referenceFilter === undefined) return { pack, reference: false };
    const problem = '--reference-filter belongs to --reference, which is missing.';
    throw visageError('USAGE', { problem, command: `visage ${command.name()}` });
  }
  const { describePack, referenceName, splitPackName } = await rooms.packs();
  const { base, reference: named } = splitPackName(pack ?? recorded ?? originalPack);
  if (pack !== undefined && named !== undefined && named !== (referenceFilter ?? named)) {
    throw visageError('OPTION_INVALID', {
      owner: `visage ${command.name()}`,
      option: '--reference-filter',
      got: referenceFilter!,
      allowed: `${named}, as --pack ${pack} says`,
    });
  }
  const atHand = splitPackName(recorded ?? '');
  const ofFile = atHand.base === base ? atHand.reference : undefined;
  const name = referenceName(base, referenceFilter ?? named ?? ofFile ?? 'bicubic');
  // Here already: not every verb opens the networks.
  if (name !== recorded) await describePack(name).catch(unlessElsewhere);
  return { pack: name, reference: true };
}

/** The networks may lie on another machine; a verb that needs them says so itself. */
function unlessElsewhere(thrown: unknown): void {
  if (thrown instanceof VisageError && thrown.code === 'PACK_NOT_INSTALLED') return;
  throw thrown;
}
