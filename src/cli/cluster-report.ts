import type { ClusterEnrolment, FolderClusters, PlacedFace } from '../cluster/index.ts';
import { visageError } from '../kernel/index.ts';
import { boxRecord } from './face-record.ts';
import type { Run } from './run.ts';
import { printable } from './view/cells.ts';
import { rounded } from './view/numbers.ts';
import { paint } from './view/style.ts';
import { counted } from './view/units.ts';

export interface ClusterReport {
  readonly found: FolderClusters;
  readonly faces: ReadonlyMap<string, PlacedFace>;
  readonly state: string;
  readonly sheet: string | undefined;
  readonly enrolments: readonly (ClusterEnrolment & { readonly number: number })[];
  readonly galleryPath: string | undefined;
}

/** Faces that a line of a cluster names. */
const facesInLine = 3;

/** Prints what `visage cluster` found and did. @throws VisageError `ALL_PHOTOS_FAILED` */
export async function reportClusters(
  run: Run,
  { found, faces, state, sheet, enrolments, galleryPath: place }: ClusterReport,
): Promise<void> {
  const { output } = run;
  const { album, work } = found;
  const { clusters } = album.clustering;
  const names = new Map(album.names.map(({ number, name }) => [number, name]));
  const depth = output.stdoutTraits.color;
  const people = clusters.filter(({ faces: ids }) => ids.length > 1);
  for (const { number, faces: ids } of people) {
    const listed = ids.slice(0, facesInLine).map((id) => printable(faces.get(id)!.name));
    const more = ids.length > facesInLine ? [`${ids.length - facesInLine} more`] : [];
    const name = names.get(number);
    const who = name === undefined ? '' : ` ${paint(printable(name), 'good', depth)}`;
    await output.line(
      `${paint(`#${number}`, 'strong', depth)}${who}: ${ids.length} faces (${[...listed, ...more].join(', ')})`,
    );
  }
  for (const { file, code, message } of album.unusable) {
    await output.line(`${printable(file)}: ${paint(code, 'bad', depth)} ${printable(message)}`);
  }
  const alone = clusters.length - people.length;
  await output.line(
    `${counted(people.length, 'cluster')}, ${counted(alone, 'face')} alone, in ${counted(album.photos.length, 'photo')}`,
  );
  const failed = album.unusable.length;
  const list = await output.openList(head(found, faces, state, sheet, enrolments), 'photos');
  for (const record of photoRecords(found)) await list.add(record);
  if (album.photos.length === 0) throw visageError('ALL_PHOTOS_FAILED', { got: failed });
  await list.close();
  output.note(
    `Looked at ${counted(work.looked, 'photo')}, knew ${work.reused}${work.gone > 0 ? `, ${work.gone} are gone` : ''}; ${counted(work.changedClusters, 'cluster')} changed.`,
  );
  if (failed > 0) output.note(`${counted(failed, 'photo')} could not be used; the reason stands above.`);
  if (found.forgotten > 0) output.note(`${counted(found.forgotten, 'correction')} taken back.`);
  for (const { number, name, added, known } of enrolments) {
    output.note(
      `#${number} is ${printable(name)} in ${place}: ${counted(added, 'face')} added, ${known} known.`,
    );
  }
  if (sheet !== undefined) output.note(`The contact sheet is in ${sheet}.`);
}

/** The document without its photos. */
function head(
  { album, work, skipped, forgotten }: FolderClusters,
  faces: ReadonlyMap<string, PlacedFace>,
  state: string,
  sheet: string | undefined,
  enrolments: ClusterReport['enrolments'],
): Record<string, unknown> {
  const names = new Map(album.names.map(({ number, name }) => [number, name]));
  return {
    pack: album.pack,
    state,
    ...(sheet === undefined ? {} : { sheet }),
    clusters: album.clustering.clusters.map(({ number, faces: ids }) => ({
      number,
      name: names.get(number) ?? null,
      faces: ids.map((id) => faces.get(id)!.name),
    })),
    corrections: album.clustering.corrections.map(({ same, faces: ids }) => ({
      same,
      faces: ids.map((id) => faces.get(id)?.name ?? null),
    })),
    forgotten,
    enrolled: enrolments,
    skipped,
    work,
  };
}

/** Photos with their faces, and those that could not be used, each copy in its own place. */
function photoRecords({ album }: FolderClusters): unknown[] {
  const numbers = new Map(
    album.clustering.clusters.flatMap(({ number, faces }) => faces.map((id) => [id, number] as const)),
  );
  const records = [
    ...album.photos.flatMap(({ files, width, height, faces }) =>
      files.map((file) => ({
        file,
        width,
        height,
        faces: faces.map(({ id, box, score, quality }) => ({
          box: boxRecord(box),
          score: rounded(score, 4),
          quality: rounded(quality, 4),
          cluster: numbers.get(id)!,
        })),
      })),
    ),
    ...album.unusable.map(({ file, code, message }) => ({ file, error: { code, message } })),
  ];
  return records.sort((a, b) => (a.file < b.file ? -1 : 1));
}
