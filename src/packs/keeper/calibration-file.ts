import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Calibration, calibrationFromText, calibrationToJSON } from '../../calibrate/index.ts';
import { systemReason, writeFileAtomically } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import { bundledCalibration } from '../calibrations/bundled.ts';
import { isPackName } from '../record/pack-fields.ts';
import { splitPackName } from '../reference.ts';
import { modelsFolder } from './models-folder.ts';

/** Calibrations that come with Visage, by the name of the pack. */
const shipped: ReadonlyMap<string, Calibration> = new Map([['bundled', bundledCalibration]]);

/**
 * Where a calibration of one's own lies: beside `pack.json` of an installed pack; for a pack that comes with
 * Visage in a folder of its name in the models folder. A pack as the original system uses it has its own.
 */
export function calibrationPath(pack: string, folder: string = modelsFolder()): string {
  const { base } = splitPackName(pack);
  if (!isPackName(base))
    throw visageError('PACK_UNKNOWN', { got: pack, allowed: 'those of visage models list' });
  const rest = pack.slice(base.length).replace(/[^a-z0-9._+-]/gi, '-');
  return join(folder, base, `calibration${rest}.json`);
}

/**
 * What the distances of a pack mean: from the user's own calibration where there is one, else as it comes with the
 * pack; `undefined` where there is neither.
 * @throws VisageError `FORMAT_INVALID`, `PACK_MISMATCH` for a file that holds another pack's, `FILE_UNREADABLE`,
 *   `OPTION_INVALID`, `PACK_UNKNOWN`
 */
export async function packCalibration(
  pack: string,
  folder: string = modelsFolder(),
): Promise<Calibration | undefined> {
  const path = calibrationPath(pack, folder);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return shipped.get(pack);
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
  const calibration = calibrationFromText(text, path);
  if (calibration.pack !== pack) {
    throw visageError('PACK_MISMATCH', { what: path, got: calibration.pack, allowed: pack });
  }
  return calibration;
}

/** The calibration that comes with a pack, whatever the user has. */
export const shippedCalibration = (pack: string): Calibration | undefined => shipped.get(pack);

/**
 * Removes the user's own calibration of a pack, so that the one that comes with it counts again.
 * @returns whether there was one
 * @throws VisageError `FILE_UNWRITABLE`
 */
export async function removePackCalibration(pack: string, folder: string = modelsFolder()): Promise<boolean> {
  const path = calibrationPath(pack, folder);
  try {
    await rm(path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}

/**
 * Writes the user's own calibration of a pack; one that is there already is replaced whole or not at all.
 * @returns the file
 * @throws VisageError `FILE_UNWRITABLE`
 */
export async function writePackCalibration(
  calibration: Calibration,
  folder: string = modelsFolder(),
): Promise<string> {
  const path = calibrationPath(calibration.pack, folder);
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (thrown) {
    throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
  }
  await writeFileAtomically(path, `${JSON.stringify(calibrationToJSON(calibration), null, 1)}\n`);
  return path;
}
