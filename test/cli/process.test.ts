import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startVisage } from '../support/visage-process.ts';

test('help: exit code 0, all of it on stdout', async () => {
  const { exitCode, stdout, stderr } = await startVisage(['--help']).ended;
  assert.equal(exitCode, 0);
  assert.match(stdout, /^Usage: visage <verb>/);
  assert.equal(stderr, '');
});

test('wrong usage: exit code 2, nothing on stdout; with --json one document there and nothing else', async () => {
  const plain = await startVisage(['identify', '--nonsense']).ended;
  assert.deepEqual([plain.exitCode, plain.stdout], [2, '']);
  const json = await startVisage(['identify', '--nonsense', '--json']).ended;
  assert.deepEqual([json.exitCode, json.stderr], [2, '']);
  assert.equal((JSON.parse(json.stdout) as { error: { code: string } }).error.code, 'USAGE');
});

test('work that fails: exit code 1 and a coded error, not a stack', async () => {
  const { exitCode, stdout, stderr } = await startVisage(['embed', 'no-such-file.npz']).ended;
  assert.deepEqual([exitCode, stdout], [1, '']);
  assert.match(stderr, /^error FILE_NOT_FOUND: no-such-file\.npz does not exist\.\nhint: /);
  assert.doesNotMatch(stderr, /\n {4}at /);
});

test('a reader that goes away is no failure', async () => {
  const { child, ended } = startVisage(['--help']);
  child.stdout.destroy();
  const { exitCode, stderr } = await ended;
  assert.deepEqual([exitCode, stderr], [0, '']);
});

test('stdout that is full is said, and does not hang', {
  skip: process.platform !== 'linux' && 'needs /dev/full',
}, async () => {
  const child = spawn('/bin/sh', ['-c', `"${process.execPath}" "${startVisage.script}" --help > /dev/full`]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  assert.match(stderr, /stdout cannot be written/);
  assert.equal(exitCode, 1);
});

/** Where the scripts lie that one command line loads: a room of ours, or a package. As V8 lists them. */
async function loadedBy(...argv: string[]): Promise<Set<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-loaded-'));
  try {
    await startVisage(argv, { env: { NODE_V8_COVERAGE: folder } }).ended;
    const files = await readdir(folder);
    const lists = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    const urls = lists.flatMap((list) =>
      (JSON.parse(list) as { result: { url: string }[] }).result.map(({ url }) => url),
    );
    const places = urls.flatMap(
      (url) => /\/dist\/src\/(\w+)|\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [],
    );
    return new Set(places.filter((place) => place !== undefined && !place.startsWith('/')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('help and version load the command line and nothing else; a verb loads what it takes', async () => {
  const little = new Set(['cli', 'commander', 'kernel']);
  for (const argv of [['--version'], ['--help'], ['nonsense']]) {
    assert.deepEqual(await loadedBy(...argv), little, argv.join(' '));
  }
  const embed = await loadedBy('embed', '--help');
  for (const heavy of ['onnxruntime-node', 'sharp', 'runtime', 'serve'])
    assert.equal(embed.has(heavy), false, heavy);
  assert.equal((await loadedBy('train', '--help')).has('classify'), true);
});
