import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AtomicFile, writeFileAtomically } from '../../src/formats/index.ts';
import { inRepository } from '../support/repository.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-atomic-'));
});
after(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
async function freshFolder(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

test('text, bytes and chunks are written whole, and nothing else is left in the folder', async () => {
  const place = await freshFolder('whole');
  await writeFileAtomically(join(place, 'text'), 'Grüße');
  await writeFileAtomically(join(place, 'bytes'), bytes('abc'));
  await writeFileAtomically(join(place, 'chunks'), [bytes('ab'), bytes(''), bytes('cd')]);
  await writeFileAtomically(
    join(place, 'stream'),
    (async function* () {
      yield bytes('x');
      yield bytes('yz');
    })(),
  );
  assert.deepEqual((await readdir(place)).sort(), ['bytes', 'chunks', 'stream', 'text']);
  assert.equal(await readFile(join(place, 'text'), 'utf8'), 'Grüße');
  assert.equal(await readFile(join(place, 'chunks'), 'utf8'), 'abcd');
  assert.equal(await readFile(join(place, 'stream'), 'utf8'), 'xyz');
});

test('when the content fails half way, the old file stays and nothing is left behind', async () => {
  const place = await freshFolder('failing');
  const path = join(place, 'file');
  await writeFileAtomically(path, 'old');
  const failing = (function* () {
    yield bytes('new');
    throw new RangeError('source broke');
  })();
  await assert.rejects(writeFileAtomically(path, failing), RangeError);
  assert.deepEqual(await readdir(place), ['file']);
  assert.equal(await readFile(path, 'utf8'), 'old');
});

test('an abort between two chunks leaves the old file', async () => {
  const place = await freshFolder('aborted');
  const path = join(place, 'file');
  const abort = new AbortController();
  const content = (function* () {
    yield bytes('a');
    abort.abort();
    yield bytes('b');
  })();
  await assert.rejects(writeFileAtomically(path, content, abort.signal), { name: 'AbortError' });
  assert.deepEqual(await readdir(place), []);
});

test('the temporary file is in the same folder, and patches land where they should', async () => {
  const place = await freshFolder('patched');
  const file = await AtomicFile.create(join(place, 'file'));
  await file.append(bytes('0123456789'));
  await file.patch(3, bytes('xy'));
  await assert.rejects(file.patch(9, bytes('xy')), RangeError);
  const during = await readdir(place);
  assert.equal(during.length, 1);
  assert.match(during[0]!, /^\.file\..*\.tmp$/);
  await file.commit();
  await file.discard();
  assert.equal(file.sizeBytes, 10);
  assert.deepEqual(await readdir(place), ['file']);
  assert.equal(await readFile(join(place, 'file'), 'utf8'), '012xy56789');
});

test('a link keeps being a link, and an existing file keeps its mode', async () => {
  const place = await freshFolder('linked');
  await writeFile(join(place, 'real'), 'old');
  await chmod(join(place, 'real'), 0o600);
  await symlink('real', join(place, 'link'));
  await writeFileAtomically(join(place, 'link'), 'new');
  assert.equal(await readlink(join(place, 'link')), 'real');
  assert.equal(await readFile(join(place, 'real'), 'utf8'), 'new');
  assert.equal((await stat(join(place, 'real'))).mode & 0o777, 0o600);
});

test('places that cannot be written give FILE_UNWRITABLE with the reason', async () => {
  const place = await freshFolder('refused');
  await assert.rejects(writeFileAtomically(place, 'x'), { code: 'FILE_UNWRITABLE', message: /is a folder/ });
  await assert.rejects(writeFileAtomically(join(place, 'no', 'file'), 'x'), {
    code: 'FILE_UNWRITABLE',
    message: /folder does not exist/,
  });
  await assert.rejects(writeFileAtomically('/dev/null', 'x'), {
    code: 'FILE_UNWRITABLE',
    message: /not a regular file/,
  });
});

test('a process that exits in the middle leaves no temporary file', async () => {
  const place = await freshFolder('exiting');
  const face = inRepository('dist', 'src', 'formats', 'index.js');
  const program = `
    const { writeFileAtomically } = await import(${JSON.stringify(face)});
    await writeFileAtomically(${JSON.stringify(join(place, 'file'))}, (function* () {
      yield new Uint8Array(10);
      process.exit(3);
    })());`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  assert.equal(ended.status, 3, String(ended.stderr));
  assert.deepEqual(await readdir(place), []);
});

test('what a killed process left is removed by the next one, what a running one writes is not', async () => {
  const place = await freshFolder('killed');
  const path = join(place, 'file');
  const face = inRepository('dist', 'src', 'formats', 'index.js');
  const program = `
    const { AtomicFile } = await import(${JSON.stringify(face)});
    const file = await AtomicFile.create(${JSON.stringify(path)});
    await file.append(new Uint8Array(10));
    process.kill(process.pid, 'SIGKILL');`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  assert.equal(ended.signal, 'SIGKILL', String(ended.stderr));
  assert.equal((await readdir(place)).length, 1);
  const running = await AtomicFile.create(path);
  assert.equal((await readdir(place)).length, 1);
  await writeFileAtomically(path, 'whole');
  assert.equal((await readdir(place)).length, 2);
  await running.discard();
  assert.deepEqual(await readdir(place), ['file']);
});
