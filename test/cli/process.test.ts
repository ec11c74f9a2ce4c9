import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
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
