import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { document, done, faceAt, failure, folder, gallery, photo, visage } from './posed-command-line.ts';

interface Listed {
  readonly people: { readonly id: string; readonly name: string; readonly exampleCount: number }[];
}
const names = async (): Promise<string[]> =>
  (await document<Listed>('people', 'list')).people.map(({ name }) => name);

interface EnrolDocument {
  readonly person: { readonly name: string; readonly exampleCount: number } | null;
  readonly isNew: boolean;
  readonly photos: {
    readonly file: string;
    readonly exampleId: number | null;
    readonly quality: { readonly overall: number; readonly verdict: string };
    readonly warnings: { readonly code: string; readonly person?: string; readonly distance?: number }[];
    readonly error?: { readonly code: string };
  }[];
}

test('enrolled, then named at once; deleted, then unknown at once', async () => {
  const [anna, party] = [await faceAt(0), await photo({ x: 300, angle: 0.05 }, { x: 20, angle: 3 })];
  assert.match(await done('enroll', 'Anna', anna), /photo-\d+\.jpg: example 1 \(good, quality \d+ %\)\n$/);
  const named = await done('identify', party);
  assert.match(named, /: Anna \(100\.0 %\)\n.*: unknown \(nearest: Anna, distance 1\.99\)\n$/s);
  assert.equal(await done('identify', party, '--gallery', gallery), named);
  await done('people', 'delete', 'anna', '--yes');
  assert.match(await done('identify', party), /^(?:.*: unknown \(nearest: nobody, distance 2\.00\)\n){2}$/);
});

/** What `enroll Maria` says about each photo. */
async function enrolMaria(...files: string[]) {
  const { photos: records, ...rest } = await document<EnrolDocument>('enroll', 'Maria', ...files);
  const warnings = records.map((each) => each.warnings.map(({ code, person }) => [code, person ?? '']));
  return { ...rest, warnings, ids: records.map(({ exampleId }) => exampleId) };
}

test('enroll warns: several faces, nearer to somebody else, a copy', async () => {
  const [a, m] = [await faceAt(0), await faceAt(1)];
  await done('enroll', 'ANNA', a);
  await done('enroll', 'MARIA', m);
  const group = await photo({ x: 330, angle: 0.3 }, { x: 20, sizePx: 60, angle: 2 });
  const first = await enrolMaria(group);
  assert.deepEqual([first.person!.name, first.person!.exampleCount, first.isNew], ['MARIA', 2, false]);
  assert.deepEqual(first.warnings, [
    [
      ['several-faces', ''],
      ['nearer-to-another', 'ANNA'],
    ],
  ]);
  const second = await enrolMaria(a, m);
  assert.deepEqual(second.warnings, [[['enrolled-as-another', 'ANNA']], [['duplicate', '']]]);
  assert.deepEqual(second.ids, [4, null]);
  const text = await done('enroll', 'Third', group, '--face', '1');
  assert.match(text, /! This photo shows 2 faces; the one on the left was taken\./);
});

test('enroll reports what cannot be used in its place; with nothing usable nobody is added', async () => {
  const [good, broken] = [await faceAt(0), join(folder, 'broken.jpg')];
  await writeFile(broken, 'no photo');
  const mixed = await document<EnrolDocument>('enroll', 'Anna', broken, good, join(folder, 'missing.jpg'));
  assert.deepEqual(
    mixed.photos.map(({ error, exampleId }) => error?.code ?? exampleId),
    ['IMAGE_UNREADABLE', 1, 'FILE_NOT_FOUND'],
  );
  assert.deepEqual(await failure('enroll', 'Nobody', broken), ['ALL_PHOTOS_FAILED', 1]);
  assert.deepEqual(await names(), ['Anna']);
});

test('people are listed, shown, renamed, merged, split, moved and deleted', async () => {
  await done('enroll', 'Anna', await faceAt(0), await faceAt(0.2));
  await done('enroll', 'Anne', await faceAt(0.1));
  await done('enroll', 'Bob', await faceAt(2));
  assert.equal(await done('people', 'list'), 'Anna  2 examples\nAnne  1 example\nBob   1 example\n');
  assert.match(
    await done('people', 'show', 'ANNA'),
    /^Anna: 2 examples\n {2}#1 {2}quality \d+ % {2}.*\n {2}#2 .*\n$/,
  );

  assert.equal(await done('people', 'rename', 'bob', 'Robert'), 'Bob is Robert now.\n');
  assert.equal(
    await done('people', 'merge', 'Anne', 'Anna', '--yes'),
    'Anne is Anna now, who has 3 examples.\n',
  );
  assert.deepEqual(await names(), ['Anna', 'Robert']);
  const shown = await document<{ merged: { name: string }[]; examples: { mergedFrom: string | null }[] }>(
    'people',
    'show',
    'Anna',
  );
  assert.deepEqual([shown.merged[0]!.name, shown.examples[2]!.mergedFrom], ['Anne', 'Anne']);
  assert.equal(await done('people', 'unmerge', 'Anna', 'Anne'), 'Anne is back, with 1 example.\n');

  assert.equal(await done('people', 'split', 'Anna', 'Zoe', '#2'), 'Zoe is new, with 1 example.\n');
  assert.match(
    await done('people', 'move-example', '2', 'robert'),
    /^Example 2 is Robert's, who has 2 examples now\.\n$/,
  );
  assert.equal(await done('people', 'delete-example', '2', '--yes'), 'Example 2 is deleted.\n');
  const { people } = await document<Listed>('people', 'list');
  assert.equal(
    await done('people', 'delete', people.at(-1)!.id, '--yes'),
    'Zoe is deleted, with 0 examples.\n',
  );
  assert.deepEqual(await names(), ['Anna', 'Anne', 'Robert']);
});

test('show draws the faces', async () => {
  await done('enroll', 'Anna', await faceAt(0), await faceAt(0.2));
  const drawn = join(folder, 'anna.png');
  await done('people', 'show', 'Anna', '--draw', drawn);
  assert.deepEqual([...(await readFile(drawn)).subarray(1, 4)], [...Buffer.from('PNG')]);
});

test('deleting and merging ask first; where nobody can be asked, --yes is needed', async () => {
  await done('enroll', 'Anna', await faceAt(0));
  await done('enroll', 'Bob', await faceAt(2));
  for (const argv of [
    ['people', 'delete', 'Anna'],
    ['people', 'delete-example', '1'],
    ['people', 'merge', 'Anna', 'Bob'],
  ]) {
    assert.deepEqual(await failure(...argv), ['NOT_CONFIRMED', 2]);
    for (const answer of ['', 'n', 'no', 'yikes']) {
      const { exitCode, stderr } = await visage(argv, { answer });
      assert.equal(exitCode, 2);
      assert.match(stderr, /Go on\? \[y\/N\] .*NOT_CONFIRMED/s);
    }
  }
  assert.deepEqual(await names(), ['Anna', 'Bob']);
  const { exitCode, stderr } = await visage(['people', 'delete', 'Anna'], { answer: 'Yes' });
  assert.equal(exitCode, 0);
  assert.match(stderr, /Anna, 1 example, will be deleted for good\. Go on\?/);
  assert.deepEqual(await names(), ['Bob']);
});

test('what is wrong has a code', async () => {
  const anna = await faceAt(0);
  assert.deepEqual(await failure('people', 'list'), ['FILE_NOT_FOUND', 1]);
  assert.deepEqual(await failure('identify', anna), ['USAGE', 2]);
  assert.deepEqual(await failure('identify', anna, '--gallery', gallery), ['FILE_NOT_FOUND', 1]);
  const both = ['--gallery', gallery, '--classifier', 'c.json'];
  assert.deepEqual(await failure('identify', anna, ...both), ['USAGE', 2]);
  await done('enroll', 'Anna', anna);
  await done('enroll', 'Bob', await faceAt(2));
  const cases: readonly (readonly [readonly string[], readonly [string, number]])[] = [
    [
      ['people', 'show', 'Zoe'],
      ['PERSON_UNKNOWN', 1],
    ],
    [
      ['people', 'delete', 'Zoe', '--yes'],
      ['PERSON_UNKNOWN', 1],
    ],
    [
      ['people', 'rename', 'Anna', 'BOB'],
      ['PERSON_EXISTS', 1],
    ],
    [
      ['people', 'rename', 'Anna', ' '],
      ['PERSON_NAME_INVALID', 1],
    ],
    [
      ['people', 'merge', 'Anna', 'anna', '--yes'],
      ['PERSON_CHANGE_INVALID', 1],
    ],
    [
      ['people', 'split', 'Anna', 'Zoe', '1'],
      ['PERSON_CHANGE_INVALID', 1],
    ],
    [
      ['people', 'split', 'Anna', 'Zoe', '99'],
      ['EXAMPLE_UNKNOWN', 1],
    ],
    [
      ['people', 'move-example', 'x', 'Bob'],
      ['OPTION_INVALID', 2],
    ],
    [
      ['people', 'move-example', '99', 'Bob'],
      ['EXAMPLE_UNKNOWN', 1],
    ],
    [
      ['people', 'delete-example', '-1'],
      ['OPTION_INVALID', 2],
    ],
    [
      ['people', 'delete-example', '99', '--yes'],
      ['EXAMPLE_UNKNOWN', 1],
    ],
    [
      ['people', 'show', '00000000-0000-4000-8000-000000000000'],
      ['PERSON_UNKNOWN', 1],
    ],
    [
      ['enroll', 'x'.repeat(10_000), anna],
      ['PERSON_NAME_INVALID', 1],
    ],
    [
      ['enroll', 'a\u001b[31m', anna],
      ['PERSON_NAME_INVALID', 1],
    ],
    [
      ['enroll', '', anna],
      ['PERSON_NAME_INVALID', 1],
    ],
    [
      ['enroll', 'Zoe', anna, '--min-quality', '2'],
      ['OPTION_INVALID', 2],
    ],
    [
      ['enroll', 'Zoe', anna, '--face', '0'],
      ['OPTION_INVALID', 2],
    ],
    [
      ['enroll', 'Zoe', anna, '--face', '2'],
      ['ALL_PHOTOS_FAILED', 1],
    ],
    [
      ['enroll', 'Zoe', anna, '--pack', 'bundled'],
      ['PACK_MISMATCH', 1],
    ],
    [
      ['identify', anna, '--pack', 'bundled'],
      ['PACK_MISMATCH', 1],
    ],
    [
      ['people', 'list', '--key', 'correct horse battery'],
      ['GALLERY_NOT_ENCRYPTED', 1],
    ],
    [
      ['people', 'list', '--key', 'short'],
      ['OPTION_INVALID', 2],
    ],
    [
      ['people', 'list', '--key', 'correct horse', '--key-file', 'x'],
      ['USAGE', 2],
    ],
    [
      ['people', 'list', '--key-file', join(folder, 'missing.key')],
      ['FILE_NOT_FOUND', 1],
    ],
    [
      ['people', 'list', '--gallery', folder],
      ['GALLERY_INVALID', 1],
    ],
    [
      ['people', 'list', '--gallery', anna],
      ['GALLERY_INVALID', 1],
    ],
  ];
  for (const [argv, expected] of cases) assert.deepEqual(await failure(...argv), expected, argv.join(' '));
  assert.deepEqual(await names(), ['Anna', 'Bob']);
});

test('names of any kind: emoji, slashes, paths, and what looks like a flag', async () => {
  const odd = ['👩‍🚀', 'a/b', '../../etc/passwd', 'C:\\x', 'O’Neil "Pat"', '李', '__proto__'];
  for (const [i, name] of odd.entries()) await done('enroll', name, await faceAt(i * 0.7));
  await done('enroll', '--', '-rf', await faceAt(5.5));
  assert.deepEqual(new Set(await names()), new Set([...odd, '-rf']));
  for (const name of odd) assert.match(await done('people', 'show', name), /: 1 example\n/);
  assert.match(await done('people', 'delete', '--yes', '--', '-rf'), /^-rf is deleted/);
  assert.match(await done('people', 'delete', '../../etc/passwd', '--yes'), /is deleted/);
});

test('an encrypted gallery opens with its key: by flag, by file, by environment, and not without', async () => {
  const anna = await faceAt(0);
  const keyFile = join(folder, 'gallery.key');
  await writeFile(keyFile, 'correct horse battery\n');
  await done('enroll', 'Anna', anna, '--key-file', keyFile);
  const { encrypted } = JSON.parse(
    await done('people', 'list', '--key', 'correct horse battery', '--json'),
  ) as { encrypted: boolean };
  assert.equal(encrypted, true);
  assert.deepEqual(await failure('people', 'list'), ['GALLERY_KEY_NEEDED', 1]);
  assert.deepEqual(await failure('identify', anna), ['GALLERY_KEY_NEEDED', 1]);
  assert.deepEqual(await failure('enroll', 'Bob', anna), ['GALLERY_KEY_NEEDED', 1]);
  const wrong = await visage(['people', 'list', '--key', 'another passphrase']);
  assert.match(wrong.stderr, /GALLERY_KEY_WRONG/);
  assert.doesNotMatch(wrong.stderr, /another passphrase/);
  const env = { VISAGE_GALLERY_KEY: 'correct horse battery' };
  assert.match((await visage(['identify', anna], { env })).stdout, /: Anna \(/);
});

test('a key of 32 raw bytes may lie in a file', async () => {
  const keyFile = join(folder, 'raw.key');
  await writeFile(keyFile, Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)));
  await done('enroll', 'Anna', await faceAt(0), '--key-file', keyFile);
  const hex = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString('hex');
  assert.equal(await done('people', 'list', '--key', hex), 'Anna  1 example\n');
});
