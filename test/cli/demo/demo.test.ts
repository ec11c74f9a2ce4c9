import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openBrowser, openPage, skipWithoutBrowser } from '../../support/browser.ts';
import { readmeBlocks, readmeCommands } from '../../support/readme.ts';
import { inRepository } from '../../support/repository.ts';

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const visage = (cwd: string, ...words: string[]): Promise<Finished> =>
  run(cwd, inRepository('dist/src/cli/main.js'), ...words);

function run(cwd: string, ...words: string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { cwd });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const sentence =
  'variations of the same six photos: they show the pipeline working and are no accuracy figure';

describe('visage demo on the sample photos', () => {
  let folder: string;
  let first: Finished;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-demo-'));
    first = await visage(folder, 'demo');
  });
  after(() => rm(folder, { recursive: true }));
  const inDemo = (...path: string[]): string => join(folder, 'visage-demo', ...path);

  it('finds all faces, learns them and names every one in the photos right', () => {
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /Found 22 faces in 6 photos/);
    assert.match(first.stdout, /Accuracy: train=100\.000, test=100\.000/);
    assert.match(first.stdout, /22 of 22 faces of the photos named right/);
    assert.match(first.stdout, /Report: visage-demo\/report\.html/);
  });

  it('says that this is no accuracy figure, on the terminal and in the report', async () => {
    assert.ok(first.stdout.includes(sentence));
    assert.ok((await readFile(inDemo('report.html'), 'utf8')).includes(sentence));
  });

  it('leaves everything in its place', async () => {
    const left = (await readdir(inDemo())).sort();
    assert.deepEqual(left, [
      'annotated',
      'classifier.json',
      'example.png',
      'faces-dataset.npz',
      'faces-embeddings.npz',
      'report.html',
      'train',
      'val',
      'variations.json',
    ]);
    const samples = [1, 2, 3, 4, 5, 6].map((number) => `sample${number}.jpg`);
    assert.deepEqual((await readdir(inDemo('annotated'))).sort(), samples);
    assert.deepEqual(await readdir(inDemo('train')), await readdir(inDemo('val')));
  });

  it('writes a report that is small and asks nothing of any other place', async () => {
    const page = await readFile(inDemo('report.html'), 'utf8');
    assert.doesNotMatch(page, /https?:/i);
    assert.ok(page.length < 6e6, `${page.length} characters`);
    assert.equal(page.match(/class="frame known"/g)?.length, 22);
  });

  it('opens in a browser without a complaint', { skip: skipWithoutBrowser }, async () => {
    const browser = await openBrowser();
    try {
      const { page, troubles } = await openPage(browser, pathToFileURL(inDemo('report.html')).href);
      assert.deepEqual(troubles, []);
      assert.equal(await page.locator('.photo').count(), 6);
    } finally {
      await browser.close();
    }
  });

  it('does nothing twice, and gives one JSON document where asked', async () => {
    const dataset = await stat(inDemo('faces-dataset.npz'));
    const again = await visage(folder, 'demo', '--json', '--quiet');
    assert.equal(again.code, 0, again.stderr);
    const result = JSON.parse(again.stdout) as {
      identified: unknown;
      stages: { name: string; count: number }[];
    };
    assert.deepEqual(result.identified, { photos: 6, faces: 22, known: 22, right: 22 });
    const done = Object.fromEntries(result.stages.map(({ name, count }) => [name, count]));
    assert.deepEqual([done['make variations'], done['prepare'], done['embed']], [0, 0, 0]);
    assert.equal((await stat(inDemo('faces-dataset.npz'))).mtimeMs, dataset.mtimeMs);
  });

  it('does the same on a folder of the user, where the accuracy is real', async () => {
    const own = await visage(folder, 'demo', 'visage-demo', '--out', 'own');
    assert.equal(own.code, 0, own.stderr);
    assert.match(own.stdout, /Accuracy: train=100\.000, test=100\.000/);
    assert.ok(!own.stdout.includes(sentence));
    const page = await readFile(join(folder, 'own', 'report.html'), 'utf8');
    assert.ok(!page.includes(sentence));
    assert.match(page, /95 % interval/);
    assert.deepEqual(await readdir(join(folder, 'own', 'annotated')), ['val']);
  });

  it('leaves what the README goes on with: its commands and its example run as they stand', async () => {
    const commands = readmeCommands().filter((command) => command.startsWith('npx visage '));
    assert.equal(commands.length, 9);
    for (const command of commands) {
      const { code, stderr } = await visage(folder, ...command.split(' ').slice(2));
      assert.equal(code, 0, `${command}: ${stderr}`);
    }
    for (const file of ['example.png', 'people.gallery', 'pair.png']) {
      assert.ok(existsSync(join(folder, file)), file);
    }
    const [example] = readmeBlocks('ts');
    const library = pathToFileURL(inRepository('dist/src/index.js')).href;
    await writeFile(join(folder, 'example.mjs'), example!.replace("'visage'", JSON.stringify(library)));
    const { code, stdout, stderr } = await run(folder, 'example.mjs');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^(?:\S+ \d\.\d\d \d+ \d+\n){3}$/);
  });

  it('refuses a folder that does not exist with a coded error', async () => {
    const missing = await visage(folder, 'demo', 'nowhere', '--out', 'other');
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /FILE_NOT_FOUND/);
  });
});
