/**
 * Runs node's test runner over every compiled `*.test.js` (Node 20 takes file lists, not globs).
 * `node dist/scripts/test.js [part of a file name]…` runs the files whose path holds one of the parts.
 */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const testFolder = fileURLToPath(new URL('../test/', import.meta.url));
const wanted = process.argv.slice(2);
const files = (await readdir(testFolder, { recursive: true }))
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .map((file) => testFolder + file);
if (files.length === 0) {
  process.stderr.write(`No test file matches ${wanted.join(', ') || testFolder}\n`);
  process.exit(1);
}
const seed = new URL('../test/support/property-seed.js', import.meta.url).href;
const runner = spawn(process.execPath, ['--import', seed, '--test', '--test-concurrency=2', ...files], {
  stdio: 'inherit',
  // For tests that use ONNX Runtime by themselves; what Visage does about it is tested without.
  env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
});
runner.on('exit', (code) => process.exit(code ?? 1));
