import assert from 'node:assert/strict';
import { test } from 'node:test';
import { galleryClassifier, openGallery } from '../../src/gallery/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { type EnrolmentReport, enrolPhotos, type EnrolOptions } from '../../src/people/index.ts';
import { dimension, maxDistance, posedPhoto, PosedRecognizer } from './posed-recognizer.ts';

const recognizer = new PosedRecognizer();
const openEmpty = () => openGallery(':memory:', { pack: 'posed', dimension });
const one = (name: string, angle: number) => posedPhoto(name, { x: 300, angle });
const coded = (code: string) => (thrown: unknown) => thrown instanceof VisageError && thrown.code === code;

/** Codes of the warnings of each photo, or of its error. */
const said = ({ photos }: EnrolmentReport): string[][] =>
  photos.map((photo) => (photo.error ? [photo.error.code] : photo.warnings.map(({ code }) => code)));
const messages = ({ photos }: EnrolmentReport): string[] =>
  photos.flatMap((photo) => (photo.error ? [] : photo.warnings.map(({ message }) => message)));
const ids = ({ photos }: EnrolmentReport): (number | null)[] =>
  photos.map((photo) => (photo.error ? -1 : photo.exampleId));

test('photos become examples with crop, file name, quality and time, in effect at once', async () => {
  await using gallery = await openEmpty();
  const classifier = await galleryClassifier(gallery, { maxDistance });
  const report = await enrolPhotos(gallery, recognizer, 'Anna', [one('a.jpg', 0), one('b.jpg', 0.2)], {
    addedAtMs: 5,
  });
  assert.deepEqual([report.isNew, said(report), ids(report)], [true, [[], []], [1, 2]]);
  const { examples } = await gallery.show('anna');
  assert.deepEqual(
    examples.map(({ id, source, addedAtMs, hasCrop }) => ({ id, source, addedAtMs, hasCrop })),
    [
      { id: 1, source: 'a.jpg', addedAtMs: 5, hasCrop: true },
      { id: 2, source: 'b.jpg', addedAtMs: 5, hasCrop: true },
    ],
  );
  assert.ok(examples[0]!.quality['overall']! > 0.5 && examples[0]!.quality['yaw'] !== undefined);
  assert.deepEqual([...(await gallery.crop(1))!.subarray(0, 2)], [0xff, 0xd8]);
  assert.equal(classifier.predict(Float32Array.of(1, 0.1, 0, 0)).name, 'Anna');
});

test('several faces: the main one is taken and said; another can be chosen by its number', async () => {
  await using gallery = await openEmpty();
  const group = posedPhoto(
    'group.jpg',
    { x: 600, sizePx: 90, angle: 1 },
    { x: 340, angle: 0.5 },
    { x: 20, sizePx: 90, angle: 0 },
  );
  const main = await enrolPhotos(gallery, recognizer, 'Main', [group]);
  assert.deepEqual(said(main), [['several-faces']]);
  assert.match(messages(main)[0]!, /shows 3 faces; the 2nd from the left was taken.*counted from the left/);
  const left = await enrolPhotos(gallery, recognizer, 'Left', [group], { face: 1 });
  assert.match(messages(left)[0]!, /the 1st from the left was taken/);
  const [photo] = left.photos;
  assert.ok(photo!.error === undefined && photo!.face.position === 1 && photo!.face.face.box.x === 20);
  const none = await enrolPhotos(gallery, recognizer, 'None', [group], { face: 4 });
  assert.deepEqual(said(none), [['OPTION_INVALID']]);
  assert.match(
    none.photos[0]!.error!.message,
    /group\.jpg: option face is 4; allowed: 1 to 3, from the left/,
  );
  assert.equal(none.person, null);
  assert.deepEqual(
    (await gallery.people()).map(({ name }) => name),
    ['Left', 'Main'],
  );
});

test('a face nearer to somebody else is enrolled with a warning that names both', async () => {
  await using gallery = await openEmpty();
  await enrolPhotos(gallery, recognizer, 'ANNA', [one('a.jpg', 0)]);
  await enrolPhotos(gallery, recognizer, 'MARIA', [one('m.jpg', 1)]);
  const report = await enrolPhotos(gallery, recognizer, 'MARIA', [one('doubt.jpg', 0.3)]);
  assert.deepEqual(said(report), [['nearer-to-another']]);
  assert.match(messages(report)[0]!, /^This is nearer to ANNA \(distance 0\.30\) than to MARIA \(0\.69\)\.$/);
  assert.equal((await gallery.show('MARIA')).exampleCount, 2);
});

test('a new name for a face that is known already is noticed', async () => {
  await using gallery = await openEmpty();
  await enrolPhotos(gallery, recognizer, 'Anna', [one('a.jpg', 0)]);
  const report = await enrolPhotos(gallery, recognizer, 'Hannah', [one('h.jpg', 0.3)]);
  assert.deepEqual(said(report), [['nearer-to-another']]);
  assert.match(messages(report)[0]!, /looks like Anna \(distance 0\.30\), who is in the gallery already/);
  const same = await enrolPhotos(gallery, recognizer, 'Copy', [one('c.jpg', 0.001)]);
  assert.deepEqual(said(same), [['enrolled-as-another']]);
  const stranger = await enrolPhotos(gallery, recognizer, 'Zoe', [one('z.jpg', 3)]);
  assert.deepEqual(said(stranger), [[]]);
});

test('a face far from the person’s others is noticed, whichever photo comes first', async () => {
  await using gallery = await openEmpty();
  const photos = [one('a.jpg', 0), one('b.jpg', 0.1), one('odd.jpg', 1.5)];
  const report = await enrolPhotos(gallery, recognizer, 'Anna', photos);
  assert.deepEqual(said(report), [[], [], ['unlike-others']]);
  await using again = await openEmpty();
  const reversed = await enrolPhotos(again, recognizer, 'Anna', photos.toReversed());
  assert.deepEqual(said(reversed), [['unlike-others'], [], []]);
});

test('the same picture is not enrolled twice, unless asked for', async () => {
  await using gallery = await openEmpty();
  const first = await enrolPhotos(gallery, recognizer, 'Anna', [one('a.jpg', 0), one('copy.jpg', 0.01)]);
  assert.deepEqual(
    [said(first), ids(first)],
    [
      [[], ['duplicate']],
      [1, null],
    ],
  );
  const again = await enrolPhotos(gallery, recognizer, 'anna', [one('a.jpg', 0)]);
  assert.deepEqual([said(again), ids(again), again.isNew], [[['duplicate']], [null], false]);
  assert.match(messages(again)[0]!, /^Anna has this picture already, as example 1; it was left out\.$/);
  assert.equal(again.person!.exampleCount, 1);
  const kept = await enrolPhotos(gallery, recognizer, 'Anna', [one('a.jpg', 0)], { keepDuplicates: true });
  assert.deepEqual([said(kept), ids(kept)], [[[]], [2]]);
});

test('a photo that cannot be used is reported in its place and ends nothing', async () => {
  await using gallery = await openEmpty();
  const broken = { name: 'broken.jpg', bytes: new TextEncoder().encode('no') };
  const photos = [broken, one('a.jpg', 0), posedPhoto('empty.jpg'), 'missing.jpg'];
  const report = await enrolPhotos(gallery, recognizer, 'Anna', photos);
  assert.deepEqual(said(report), [['IMAGE_UNREADABLE'], [], ['NO_FACE'], ['FILE_NOT_FOUND']]);
  const version = await gallery.version();
  const nothing = await enrolPhotos(gallery, recognizer, 'Nobody', [broken]);
  assert.deepEqual([nothing.person, nothing.isNew], [null, false]);
  assert.equal(await gallery.version(), version);
});

test('faces of too little quality are left out where asked for', async () => {
  await using gallery = await openEmpty();
  const small = posedPhoto('small.jpg', { x: 300, sizePx: 24, angle: 0 });
  const report = await enrolPhotos(gallery, recognizer, 'Anna', [small, one('a.jpg', 0.1)], {
    minQuality: 0.4,
  });
  assert.ok(said(report)[0]!.includes('small'));
  assert.deepEqual(ids(report), [null, 1]);
});

test('bad requests change nothing and say what is wrong', async () => {
  await using gallery = await openEmpty();
  const attempt = (name: string, options: EnrolOptions = {}, photos = [one('a.jpg', 0)]) =>
    enrolPhotos(gallery, recognizer, name, photos, options);
  await assert.rejects(attempt(''), coded('PERSON_NAME_INVALID'));
  await assert.rejects(attempt('x'.repeat(10_000)), coded('PERSON_NAME_INVALID'));
  await assert.rejects(attempt('a\u0000b'), coded('PERSON_NAME_INVALID'));
  await assert.rejects(attempt('Anna', {}, []), coded('NO_PHOTO'));
  await assert.rejects(attempt('Anna', { minQuality: 2 }), coded('OPTION_INVALID'));
  const other = new PosedRecognizer({ name: 'other' });
  await assert.rejects(enrolPhotos(gallery, other, 'Anna', [one('a.jpg', 0)]), coded('PACK_MISMATCH'));
  const stop = AbortSignal.abort(new Error('stop'));
  await assert.rejects(attempt('Anna', { signal: stop }), /stop/);
  for (const face of [0, -1, 1.5, Number.NaN]) {
    const { photos } = await attempt('Anna', { face });
    assert.equal(photos[0]!.error?.code, 'OPTION_INVALID');
  }
  assert.deepEqual(await gallery.people(), []);
});

test('a network that gives no numbers enrols nobody', async () => {
  class Broken extends PosedRecognizer {
    override async embed(crops: readonly unknown[]): Promise<Float32Array[]> {
      return crops.map(() => new Float32Array(dimension).fill(Number.NaN));
    }
  }
  await using gallery = await openEmpty();
  await enrolPhotos(gallery, recognizer, 'Anna', [one('a.jpg', 0)]);
  await assert.rejects(
    enrolPhotos(gallery, new Broken(), 'Maria', [one('m.jpg', 0)]),
    coded('EXAMPLE_INVALID'),
  );
  assert.deepEqual(
    (await gallery.people()).map(({ name }) => name),
    ['Anna'],
  );
});

test('names: emoji, slashes and paths are names like any other', async () => {
  await using gallery = await openEmpty();
  const names = [
    '👩‍🚀',
    'a/b\\c',
    '../../etc/passwd',
    'C:\\x',
    '…',
    '李',
    '-rf',
    '__proto__',
    'x'.repeat(200),
  ];
  for (const [i, name] of names.entries()) {
    const report = await enrolPhotos(gallery, recognizer, name, [one(`${i}.jpg`, i * 0.6)]);
    assert.equal(report.person!.name, name);
  }
  assert.deepEqual(new Set((await gallery.people()).map(({ name }) => name)), new Set(names));
});
