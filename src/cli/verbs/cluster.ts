import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ClusterEnrolment, ClusterName } from '../../cluster/index.ts';
import { visageError } from '../../kernel/index.ts';
import type { RecognizerOptions } from '../../recognizer.ts';
import { addClusterRuleFlags, type ClusterRule, readClusterRule } from '../cluster-flags.ts';
import { reportClusters } from '../cluster-report.ts';
import { writeSheet } from '../cluster-sheet.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { addGalleryFlags, type GalleryFlags, galleryKey, galleryPath } from '../gallery-access.ts';
import type { DefineVerb, Run } from '../run.ts';

const description = `Group the faces of all photos in a folder by person, without knowing anybody.

Each group, a cluster, gets a line: its number, how many faces it has, its name if it was given one, and the most typical of them. Faces that are like no other are counted. --sheet writes a page with all faces to look at.

What was found out is kept in an album: the same command, later, looks only at photos that are new or changed, and clusters keep their numbers. Photos that are gone leave the album.

Corrections are remembered and hold in every later run. They take two at a time, and may be given several times: each is the number of a cluster or a photo; of several faces in one photo, photo.jpg#2 is the second from the left. --name makes a cluster a person of a gallery, whom identify then knows.`;

const examples = `
Examples:
  visage cluster holiday/ --sheet holiday.html
  visage cluster holiday/ --same 3 17
  visage cluster holiday/ --not-same beach/a.jpg party.jpg#2
  visage cluster holiday/ --name 3 "Anna" --name 5 "Bob" --gallery family.gallery
  visage cluster holiday/ --json > clusters.json

Exit code 1 only where no photo at all could be used, or the album or gallery could not.`;

interface ClusterFlags extends GalleryFlags {
  readonly state?: string;
  readonly sheet?: string;
  readonly same?: string[];
  readonly notSame?: string[];
  readonly forget?: string[];
  readonly name?: string[];
}

export const defineCluster: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<folder>', 'a folder of photos')
    .option('--state <file>', 'where the album is kept (default: .visage-clusters.npz in the folder)')
    .option('--sheet <file>', 'write a contact sheet to this file: a page (.html), or a picture (.png)')
    .option('--same <two...>', 'two that are the same person')
    .option('--not-same <two...>', 'two that are not')
    .option('--forget <two...>', 'two between which nothing that was said counts any more')
    .option('--name <two...>', 'the number of a cluster and who it is: makes it a person of the gallery')
    .addHelpText('after', examples);
  addClusterRuleFlags(command);
  addGalleryFlags(command);
  addNetworkFlags(command, 'that of the album, bundled for a new one');
  addOutputFlags(command).action(async (folder: string, flags: ClusterFlags) => {
    await cluster(run, folder, flags, readClusterRule(command), readNetworkFlags(command));
  });
};

async function cluster(
  run: Run,
  folder: string,
  flags: ClusterFlags,
  rule: ClusterRule,
  networks: RecognizerOptions,
): Promise<void> {
  const { output, rooms, signal, progress } = run;
  const corrections = {
    same: pairsOf('--same', flags.same),
    notSame: pairsOf('--not-same', flags.notSame),
    forget: pairsOf('--forget', flags.forget),
  };
  const names = namesOf(flags.name);
  const { personName } = await rooms.gallery();
  for (const { name } of names) personName(name);
  await requireFolder(folder);
  const state = flags.state ?? join(folder, '.visage-clusters.npz');
  const { clusterFolder, facesById, packOfAlbum } = await rooms.cluster();
  const pack = networks.pack ?? (await packOfAlbum(state));
  const { openRecognizer } = await rooms.recognizer();
  await using recognizer = await openRecognizer({ ...networks, ...(pack === undefined ? {} : { pack }) });
  await using gallery = await galleryFor(run, flags, names, recognizer.pack);
  run.interruption.kept = `the photos looked at so far are kept, and ${state} is as it was`;
  const found = await clusterFolder(folder, recognizer, {
    state,
    ...corrections,
    names,
    ...(flags.sheet === undefined ? {} : { exclude: [flags.sheet] }),
    progress,
    signal,
    ...rule,
  });
  output.progress.end();
  const { album } = found;
  const faces = facesById(album);
  if (album.photos.length > 0 && flags.sheet !== undefined) {
    const command = commandFor(folder, flags);
    const { cropSizePx } = recognizer.pack.alignment;
    await writeSheet(rooms, flags.sheet, {
      album,
      faces,
      folder: basename(resolve(folder)),
      command,
      cropSizePx,
    });
  }
  const enrolments: (ClusterEnrolment & { readonly number: number })[] = [];
  if (gallery !== undefined) {
    const { enrolCluster } = await rooms.cluster();
    for (const { number, name } of names) {
      enrolments.push({ number, ...(await enrolCluster(gallery, album, number, name)) });
    }
  }
  await reportClusters(run, {
    found,
    faces,
    state,
    sheet: flags.sheet,
    enrolments,
    galleryPath: gallery?.path,
  });
}

/** A flag's values, two by two. */
function pairsOf(flag: string, values: readonly string[] = []): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const [a, b] = [values[i]!, values[i + 1]];
    if (b === undefined || a === b) {
      const problem =
        b === undefined
          ? `${flag} takes two, and ${a} stands alone.`
          : `${flag} takes two different ones, not ${a} twice.`;
      throw visageError('USAGE', { problem, command: 'visage cluster' });
    }
    pairs.push([a, b]);
  }
  return pairs;
}

function namesOf(values: readonly string[] | undefined): ClusterName[] {
  return pairsOf('--name', values).map(([number, name]) => {
    if (/^\d{1,9}$/.test(number)) return { number: Number(number), name };
    const problem = `--name takes the number of a cluster and a name; ${JSON.stringify(number)} is no number.`;
    throw visageError('USAGE', { problem, command: 'visage cluster' });
  });
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) throw visageError('FILE_NOT_FOUND', { path: folder });
  if (!found.isDirectory()) throw visageError('FILE_UNREADABLE', { path: folder, reason: 'it is no folder' });
}

/** The gallery that names go to, made where it is not there. */
async function galleryFor(
  run: Run,
  flags: ClusterFlags,
  names: readonly ClusterName[],
  pack: { readonly name: string; readonly embedder: { readonly dimension: number } },
) {
  if (names.length === 0) return undefined;
  const { openGallery } = await run.rooms.gallery();
  const key = await galleryKey(run, flags);
  return openGallery(galleryPath(run, flags), {
    pack: pack.name,
    dimension: pack.embedder.dimension,
    ...(key === undefined ? {} : { key }),
  });
}

/** A word as a POSIX shell takes it. */
const quoted = (word: string): string =>
  /^[A-Za-z0-9_.,/:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

const commandFor = (folder: string, { state, sheet }: ClusterFlags): string =>
  ['visage', 'cluster', folder, ...(state === undefined ? [] : ['--state', state]), '--sheet', sheet!]
    .map(quoted)
    .join(' ');
