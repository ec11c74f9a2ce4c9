import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemReason } from '../formats/index.ts';
import {
  checkOptions,
  compareCodePoints,
  visageError,
  type OptionSchema,
  type OptionsOf,
} from '../kernel/index.ts';
import { isBareName, isHiddenName, isPictureName } from './photo-name.ts';
import { leftOut, type SkippedFile } from './skipped-file.ts';
import { chooseForValidation } from './split.ts';
import { kindOf, sortedNames, walk } from './walk.ts';

/** The two parts of a data set. */
export const splitNames = ['train', 'val'] as const;
export type SplitName = (typeof splitNames)[number];

/** How a folder without a `val` part is divided. */
export const layoutOptions = {
  valShare: {
    type: 'number',
    default: 0.2,
    min: 0,
    max: 0.9,
    description: 'share of each person’s photos kept for validation, where the folder is not divided already',
  },
  seed: { type: 'number', default: 42, integer: true, description: 'seed of that division' },
} as const satisfies OptionSchema;
export type LayoutOptions = Partial<OptionsOf<typeof layoutOptions>>;

/** A photo of a data set: one person is meant to be seen in it. */
export interface DatasetPhoto {
  /** Name of the person: that of the folder, in Unicode's composed form (NFC). */
  readonly person: string;
  /** Path below the data set's folder, with `/`. */
  readonly file: string;
  readonly path: string;
}

/** What lies in a data set's folder. */
export interface DatasetLayout {
  /** By person, then by file, both sorted by code point. */
  readonly train: readonly DatasetPhoto[];
  readonly val: readonly DatasetPhoto[];
  /** `folders`: as the folders say; `share`: divided by `valShare` and `seed`. */
  readonly splitBy: 'folders' | 'share';
  readonly skipped: readonly SkippedFile[];
}

const trainName = 'train';
/** What the second part may be called, the preferred name first. */
const valNames = ['val', 'validation', 'test'];

interface People {
  readonly photos: DatasetPhoto[];
  readonly skipped: SkippedFile[];
}

/** The photos in `<name>/…` below `part`, which is a path below `root` or '' for `root` itself. */
async function readPeople(root: string, part: string): Promise<People> {
  const photos: DatasetPhoto[] = [];
  const skipped: SkippedFile[] = [];
  const folder = join(root, part);
  const fileOf = (...names: string[]): string => [part, ...names].filter((name) => name !== '').join('/');
  const names = await sortedNames(folder).catch((thrown: unknown) => {
    throw visageError('FILE_UNREADABLE', { path: folder, reason: systemReason(thrown) }, thrown);
  });
  for (const name of names) {
    const kind = isHiddenName(name) ? { problem: 'it is hidden' } : await kindOf(join(folder, name));
    if (kind === 'file') {
      const reason = isPictureName(name)
        ? 'it lies in no person’s folder'
        : 'it is neither a photo nor a folder of photos';
      skipped.push(leftOut(fileOf(name), reason));
    } else if (kind === 'folder') {
      const before = photos.length;
      for await (const { path, below, problem } of walk(join(folder, name))) {
        const file = fileOf(name, below);
        const picture = isPictureName(path) || isBareName(path);
        if (problem === undefined && picture) photos.push({ person: name.normalize('NFC'), file, path });
        else skipped.push(leftOut(file, problem ?? 'its name is not that of a picture'));
      }
      if (photos.length === before) skipped.push(leftOut(fileOf(name), 'the folder holds no photo'));
    } else {
      skipped.push(leftOut(fileOf(name), kind.problem));
    }
  }
  photos.sort((a, b) => compareCodePoints(a.person, b.person) || compareCodePoints(a.file, b.file));
  return { photos, skipped };
}

function divide(
  photos: readonly DatasetPhoto[],
  valShare: number,
  seed: number,
): Record<SplitName, DatasetPhoto[]> {
  const filesOf = new Map<string, string[]>();
  for (const { person, file } of photos) {
    const files = filesOf.get(person);
    if (files === undefined) filesOf.set(person, [file]);
    else files.push(file);
  }
  const forVal = new Set<string>();
  for (const [person, files] of filesOf) {
    for (const file of chooseForValidation(person, files, valShare, seed)) forVal.add(file);
  }
  return {
    train: photos.filter(({ file }) => !forVal.has(file)),
    val: photos.filter(({ file }) => forVal.has(file)),
  };
}

/** The folder in `root` that is called one of `wanted`, whatever the case; the first of `wanted` wins. */
async function findFolder(
  root: string,
  names: readonly string[],
  wanted: readonly string[],
): Promise<string | undefined> {
  for (const name of wanted) {
    for (const candidate of names) {
      if (candidate.toLowerCase() === name && (await kindOf(join(root, candidate))) === 'folder') {
        return candidate;
      }
    }
  }
  return undefined;
}

/**
 * Reads how a data set lies in its folder. Either `train/<name>/…` and `val/<name>/…` (also called
 * `validation` or `test`; if there are several, the first of these counts and the others are
 * skipped), or `<name>/…`, which is divided by `valShare` and `seed`, person by person; so is
 * `train/<name>/…` alone. Photos may lie deeper in a person's folder. Hidden files, files that are no
 * pictures by their name, broken links and the like are listed as skipped.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `DATASET_LAYOUT`, `DATASET_EMPTY`, `OPTION_INVALID`
 */
export async function readLayout(folder: string, options: LayoutOptions = {}): Promise<DatasetLayout> {
  const { valShare, seed } = checkOptions('data set', layoutOptions, options);
  const status = await stat(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') throw visageError('FILE_NOT_FOUND', { path: folder }, thrown);
    throw visageError('FILE_UNREADABLE', { path: folder, reason: systemReason(thrown) }, thrown);
  });
  if (!status.isDirectory())
    throw visageError('DATASET_LAYOUT', { path: folder, reason: 'it is not a folder' });
  const names = await sortedNames(folder).catch((thrown: unknown) => {
    throw visageError('FILE_UNREADABLE', { path: folder, reason: systemReason(thrown) }, thrown);
  });

  const trainFolder = await findFolder(folder, names, [trainName]);
  const valFolder = await findFolder(folder, names, valNames);
  if (trainFolder === undefined && valFolder !== undefined) {
    throw visageError('DATASET_LAYOUT', { path: folder, reason: `it has ${valFolder}/ but no train/` });
  }
  if (trainFolder === undefined) {
    const { photos, skipped } = await readPeople(folder, '');
    requirePhotos(folder, photos, skipped);
    return { ...divide(photos, valShare, seed), splitBy: 'share', skipped };
  }
  const train = await readPeople(folder, trainFolder);
  const others = names
    .filter((name) => name !== trainFolder && name !== valFolder)
    .map((name) => leftOut(name, isHiddenName(name) ? 'it is hidden' : `it lies beside ${trainFolder}/`));
  requirePhotos(folder, train.photos, train.skipped);
  if (valFolder === undefined) {
    const skipped = [...train.skipped, ...others];
    return { ...divide(train.photos, valShare, seed), splitBy: 'share', skipped };
  }
  const val = await readPeople(folder, valFolder);
  return {
    train: train.photos,
    val: val.photos,
    splitBy: 'folders',
    skipped: [...train.skipped, ...val.skipped, ...others],
  };
}

function requirePhotos(path: string, photos: readonly DatasetPhoto[], skipped: readonly SkippedFile[]): void {
  if (photos.length > 0) return;
  const loose = skipped.find(({ file }) => isPictureName(file));
  if (loose !== undefined) {
    const reason = `there are photos such as ${loose.file}, but none in a person’s folder`;
    throw visageError('DATASET_LAYOUT', { path, reason });
  }
  throw visageError('DATASET_EMPTY', { path, reason: 'there is no photo in it' });
}
