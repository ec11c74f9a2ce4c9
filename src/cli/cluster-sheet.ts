import { extname } from 'node:path';
import type { Album, PlacedFace } from '../cluster/index.ts';
import { writeFileAtomically } from '../formats/index.ts';
import type { CaptionedPicture } from '../image/index.ts';
import type { SheetFace } from '../report/index.ts';
import type { Rooms } from './rooms.ts';

/** What a contact sheet is made of. */
export interface SheetRequest {
  readonly album: Album;
  readonly faces: ReadonlyMap<string, PlacedFace>;
  /** As a person calls it. */
  readonly folder: string;
  /** What was typed, without the sheet. */
  readonly command: string;
  /** Pixels on a side of the crops of the album's pack. */
  readonly cropSizePx: number;
}

/** Faces of a cluster in a row of a sheet that is a picture. */
const facesInRow = 8;
/** Rows of it, and the side of a face, in pixels. */
const [mostRows, sidePx] = [150, 96];

/** Whether `path` is that of a picture, not of a page. */
const isPicture = (path: string): boolean => extname(path).toLowerCase() === '.png';

/** Writes the contact sheet: a PNG where the name ends so, else a page. @throws VisageError `FILE_UNWRITABLE` */
export async function writeSheet(rooms: Rooms, path: string, request: SheetRequest): Promise<void> {
  const sheet = isPicture(path) ? await picture(rooms, request) : await page(rooms, request);
  await writeFileAtomically(path, sheet);
}

async function page(rooms: Rooms, request: SheetRequest): Promise<string> {
  const { album, faces, folder, command, cropSizePx } = request;
  const { buildClusterSheet, sheetLimits } = await rooms.report();
  const { clusters } = album.clustering;
  const names = new Map(album.names.map(({ number, name }) => [number, name]));
  const unclear = new Set(album.clustering.unclear);
  return buildClusterSheet({
    folder,
    command,
    photos: album.photos.length + album.unusable.length,
    unusable: album.unusable,
    clusters: clusters.map(({ number, faces: ids }) => ({
      number,
      name: names.get(number),
      unclear: unclear.has(ids[0]!),
      faces: ids.map((id, rank): SheetFace => {
        const { face, photo, name: faceName } = faces.get(id)!;
        const seen = { name: faceName, photo: photo.fingerprint };
        if (rank >= sheetLimits.facesPerCluster) return seen;
        const { crop: bytes } = face;
        return { ...seen, picture: { format: 'webp', bytes, width: cropSizePx, height: cropSizePx } };
      }),
    })),
  });
}

async function picture(rooms: Rooms, { album, faces, folder }: SheetRequest): Promise<Uint8Array> {
  const { decodePhoto, pictureGrid } = await rooms.image();
  const names = new Map(album.names.map(({ number, name }) => [number, name]));
  const people = album.clustering.clusters.filter((cluster) => cluster.faces.length > 1);
  const blank = { data: new Uint8Array(3).fill(255), width: 1, height: 1 };
  const cells: CaptionedPicture[] = [];
  for (const { number, faces: ids } of people.slice(0, mostRows)) {
    const row = ids.slice(0, facesInRow);
    for (const [rank, id] of row.entries()) {
      const { face, name } = faces.get(id)!;
      const { raster } = await decodePhoto({ name, bytes: face.crop });
      const first = `${number} ${names.get(number) ?? ''}`.trim();
      cells.push({
        raster,
        caption: rank === 0 ? first : '',
        ...(rank === 0 && { note: `${ids.length} faces` }),
      });
    }
    // A cluster begins a row of its own.
    for (let i = row.length; i < facesInRow; i++) cells.push({ raster: blank, caption: '' });
  }
  return pictureGrid(`Who is in ${folder}?`, cells, { columns: facesInRow, sidePx });
}
