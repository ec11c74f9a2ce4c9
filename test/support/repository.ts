import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  return findRoot(dirname(folder));
}

/** The folder that holds `package.json`, also when running from `dist/`. */
export const repositoryRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** `path` inside the repository. */
export const inRepository = (...path: string[]): string => join(repositoryRoot, ...path);

/** `path` inside the shared folder beside the checkout, which holds photos that are not ours to commit. */
export const inShared = (...path: string[]): string => join(repositoryRoot, '..', 'shared', ...path);

/** The reason to skip a test that needs `path` of the shared folder, or false where it is there. */
export const skipWithoutShared = (...path: string[]): string | false =>
  existsSync(inShared(...path)) ? false : `needs ../shared/${path.join('/')}, which is absent here`;
