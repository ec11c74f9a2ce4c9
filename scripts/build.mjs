// Compiles the whole tree from an empty dist/, so that a deleted source leaves no compiled ghost behind,
// makes the command line executable, and builds the page where its sources have changed. Plain JavaScript:
// it must run before anything is compiled.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist/`;
const builtFrom = `${dist}web.sha256`;
/** Files of src/ in the page, written by web/vite.config.ts. */
const pageSources = `${dist}web.sources.json`;

/** Runs a command of node_modules; ends the build where it fails. */
function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [`${root}node_modules/${script}`, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** What the page is made of: its own files, those of the library it had part in when it was last built, the versions of all packages. */
function hashOfPage() {
  const hash = createHash('sha256');
  const own = readdirSync(`${root}web`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  const shared = existsSync(pageSources) ? JSON.parse(readFileSync(pageSources, 'utf8')) : [];
  const others = [...shared, 'src/serve/api-types.ts', 'package-lock.json'].map((file) => root + file);
  for (const file of [...own.sort(), ...others]) {
    hash.update(file.slice(root.length)).update('\0');
    // Of what was built in before, some may be gone.
    hash.update(existsSync(file) ? readFileSync(file) : '').update('\0');
  }
  return hash.digest('hex');
}

if (existsSync(dist)) {
  for (const entry of readdirSync(dist)) {
    if (!entry.startsWith('web')) rmSync(dist + entry, { recursive: true });
  }
}
run('typescript/bin/tsc', '-p', root);
const commandLine = `${dist}src/cli/main.js`;
if (existsSync(commandLine)) chmodSync(commandLine, 0o755);

const built = existsSync(`${dist}web/index.html`) && existsSync(builtFrom) && readFileSync(builtFrom, 'utf8');
if (built !== hashOfPage()) {
  rmSync(builtFrom, { force: true });
  run('typescript/bin/tsc', '-p', `${root}web`);
  run('vite/bin/vite.js', 'build', `${root}web`, '--logLevel', 'warn');
  writeFileSync(builtFrom, hashOfPage());
}
