import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackage(folder: string): string {
  const path = join(folder, 'package.json');
  return existsSync(path) ? path : findPackage(dirname(folder));
}

interface PackageFile {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** Our own `package.json`, found from this file upwards. */
export function packageFile(): PackageFile {
  return JSON.parse(
    readFileSync(findPackage(dirname(fileURLToPath(import.meta.url))), 'utf8'),
  ) as PackageFile;
}
