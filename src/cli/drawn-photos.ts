import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { visageError } from '../kernel/index.ts';
import { systemReason, writeFileAtomically } from '../formats/index.ts';
import type { ListedPhoto } from './photo-list.ts';

/** Names that differ in case only are one file on many systems. */
const fold = (path: string): string => path.normalize('NFC').toLowerCase();

const realPath = async (path: string): Promise<string> => realpath(path).catch(() => path);

/**
 * Where annotated copies go: each photo gets a file of its own, `a.jpg` and `a.png` do not meet, and
 * no copy lands on a photo it was made from. The same photos give the same names.
 */
export class DrawnPhotos {
  readonly #paths: ReadonlyMap<ListedPhoto, string>;

  private constructor(paths: ReadonlyMap<ListedPhoto, string>) {
    this.#paths = paths;
  }

  /**
   * Makes `folder` and chooses a name for every photo.
   * @throws VisageError `FILE_UNWRITABLE`
   */
  static async plan(folder: string, photos: readonly ListedPhoto[]): Promise<DrawnPhotos> {
    await makeFolder(folder);
    const root = await realPath(folder);
    const taken = new Set<string>();
    for (const { file } of photos) taken.add(fold(await realPath(file)));
    const paths = new Map<ListedPhoto, string>();
    for (const photo of photos) {
      const { dir, name } = parse(photo.place);
      for (let number = 1; ; number++) {
        const below = join(dir, number === 1 ? `${name}.jpg` : `${name}-${number}.jpg`);
        // A link that lies there already is followed when it is written, so where it leads counts.
        const target = fold(await realPath(join(root, below)));
        if (taken.has(target)) continue;
        taken.add(target);
        paths.set(photo, join(folder, below));
        break;
      }
    }
    return new DrawnPhotos(paths);
  }

  /**
   * Writes the annotated copy of `photo` and gives its path.
   * @throws VisageError `FILE_UNWRITABLE`
   */
  async write(photo: ListedPhoto, jpeg: Uint8Array): Promise<string> {
    const path = this.#paths.get(photo)!;
    await makeFolder(dirname(path));
    await writeFileAtomically(path, jpeg);
    return path;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}
