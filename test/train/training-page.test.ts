import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as train from '../../src/train/index.ts';
import { inRepository } from '../support/repository.ts';

const page = await readFile(inRepository('docs/training.md'), 'utf8');

test('the example on the page about training runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-page-'));
  try {
    const [, block] = /```js\n([\s\S]*?)```/.exec(page)!;
    const library = pathToFileURL(inRepository('dist/src/index.js')).href;
    // Node 20 has no `await using`: the trainer is closed at the end instead.
    const code = block!.replace("'visage'", `'${library}'`).replace('await using', 'const');
    const file = join(folder, 'example.mjs');
    await writeFile(file, `${code}await trainer.close();\n`);
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    const lines = stdout.trim().split('\n');
    assert.equal(lines.length, 3);
    for (const line of lines) assert.match(line, /^\d\.\d{3} [\d.]+$/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the pictures and functions that the page about training names are there', () => {
  for (const [, link] of page.matchAll(/\]\(([^)#]+)/g)) {
    assert.ok(existsSync(inRepository('docs', link!)), link);
  }
  const names = [...page.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)(?:\([^`]*)?`/g)].map((match) => match[1]!),
  );
  assert.ok(names.length > 10);
  const rules: readonly string[] = train.miningRules;
  const known = new Set(['mining', ...Object.keys(train)]);
  for (const name of names) assert.ok(known.has(name) || rules.some((rule) => rule.startsWith(name)), name);
  for (const rule of rules) assert.ok(page.includes(`| \`${rule}\` |`), rule);
});
