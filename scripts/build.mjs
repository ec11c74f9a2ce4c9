// Compiles the whole tree from an empty dist/, so that a deleted source leaves no compiled ghost behind,
// and makes the command line executable. Plain JavaScript: it must run before anything is compiled.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
const compiler = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', root], {
  stdio: 'inherit',
});
if (compiler.status !== 0) process.exit(compiler.status ?? 1);
const commandLine = `${root}dist/src/cli/main.js`;
if (existsSync(commandLine)) chmodSync(commandLine, 0o755);
