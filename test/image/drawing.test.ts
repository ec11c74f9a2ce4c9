import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { decodePhoto, drawFaces, encodePicture, titledPicture } from '../../src/image/index.ts';
import { placeLabels } from '../../src/image/drawing/label-placement.ts';
import { renderText } from '../../src/image/drawing/typeface.ts';
import { overlapArea } from '../../src/kernel/index.ts';
import { difference, paint, pixel, waves } from './synthetic.ts';

const grey = paint(800, 600, () => [90, 90, 90]);
const decode = async (bytes: Uint8Array) => (await decodePhoto({ name: 'drawn', bytes })).raster;
const coverage = ({ data }: { data: Uint8Array }): number =>
  data.reduce((sum, value) => sum + value, 0) / 255;

test('text needs no fonts of the system: every letter has a shape of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-fonts-'));
  try {
    const configuration = join(folder, 'fonts.conf');
    await writeFile(configuration, '<?xml version="1.0"?><fontconfig></fontconfig>');
    const script = fileURLToPath(new URL('without-fonts.js', import.meta.url));
    const env = { ...process.env, FONTCONFIG_FILE: configuration, FONTCONFIG_PATH: folder, HOME: folder };
    const shapes = JSON.parse(execFileSync(process.execPath, [script], { env, encoding: 'utf8' })) as object;
    const distinct = new Set(Object.values(shapes));
    // A font without these letters would draw the same empty box for each.
    assert.equal(distinct.size, Object.keys(shapes).length);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a line of text is one height for common letters, cut off where room ends, and never markup', async () => {
  const style = { sizePx: 24 };
  const [low, high] = [await renderText('ace', style), await renderText('Ángpy', style)];
  assert.equal(low.height, high.height);
  assert.ok((await renderText('a name that never ends', { ...style, maxWidthPx: 120 })).width <= 120);
  assert.equal((await renderText(' \n\t', style)).width, 0);
  const [tag, bare] = [await renderText('<b>x</b>', style), await renderText('x', style)];
  assert.ok(tag.width > 3 * bare.width, 'the tag itself is drawn');
  for (const odd of ['a & b', '&#0;', '<span font="99">', '\ud800', '😀', 'a\u0000b', '%s %n', '</text>']) {
    assert.ok((await renderText(odd, style)).height > 0, JSON.stringify(odd));
  }
  assert.ok((await renderText('x'.repeat(100_000), { ...style, maxWidthPx: 200 })).width <= 200);
});

test('no label leaves the picture, and in a roomy picture none overlap', () => {
  const face = fc.record({
    x: fc.integer({ min: -50, max: 1000 }),
    y: fc.integer({ min: -50, max: 800 }),
    size: fc.integer({ min: 20, max: 300 }),
    width: fc.integer({ min: 30, max: 250 }),
  });
  fc.assert(
    fc.property(fc.array(face, { maxLength: 25 }), (faces) => {
      const plates = faces.map(({ x, y, size, width }) => ({
        anchor: { x, y, width: size, height: size },
        width,
        height: 24,
      }));
      for (const [i, { x, y }] of placeLabels(plates, 1000, 800, 3).entries()) {
        assert.ok(x >= 0 && y >= 0 && x + plates[i]!.width <= 1000 && y + 24 <= 800);
      }
    }),
  );
  const row = Array.from({ length: 8 }, (_, i) => ({
    anchor: { x: 20 + i * 120, y: 100, width: 90, height: 110 },
    width: 150,
    height: 26,
  }));
  const spots = placeLabels(row, 1000, 400, 3).map(({ x, y }) => ({ x, y, width: 150, height: 26 }));
  for (const [i, a] of spots.entries()) {
    for (const b of spots.slice(i + 1)) assert.equal(overlapArea(a, b), 0);
    for (const { anchor } of row) assert.equal(overlapArea(a, anchor), 0);
  }
});

test('known and unknown differ in shape as well as in colour; nothing else is touched', async () => {
  const box = { x: 300, y: 250, width: 120, height: 140 };
  const known = await decode(await drawFaces(grey, [{ box, label: 'Ana', sublabel: '0.98', tone: 'known' }]));
  const unknown = await decode(await drawFaces(grey, [{ box, label: 'unknown', tone: 'unknown' }]));
  const middleOfTop = { x: 360, y: 250 };
  const corner = { x: 325, y: 250 };
  const off = (raster: typeof known, at: { x: number; y: number }): number =>
    Math.max(...pixel(raster, at.x, at.y).map((value) => Math.abs(value - 90)));
  assert.ok(off(known, middleOfTop) > 60 && off(known, corner) > 60);
  assert.ok(off(unknown, middleOfTop) < 20 && off(unknown, corner) > 60);
  const [red, , blue] = pixel(known, 360, 250);
  assert.ok(blue! > red! + 50);
  for (const at of [
    { x: 10, y: 10 },
    { x: 360, y: 320 },
    { x: 700, y: 500 },
  ])
    assert.ok(off(known, at) < 6);
});

test('a photo is drawn in its own coordinates, scaled to the side asked for', async () => {
  const photo = { raster: grey, width: 3200, height: 2400, scale: 4 };
  const drawn = await decode(
    await drawFaces(photo, [{ box: { x: 1600, y: 1200, width: 400, height: 400 }, label: '' }], {
      maxSidePx: 400,
    }),
  );
  assert.deepEqual([drawn.width, drawn.height], [400, 300]);
  assert.ok(pixel(drawn, 225, 150)[0]! > 150, 'the upper side of the frame');
  const small = await decode(await drawFaces(waves(120, 90), []));
  assert.deepEqual([small.width, small.height], [720, 540]);
});

const boxAt = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

test('odd faces do no harm: outside, empty, huge, without a name, many', async () => {
  const boxes = [
    boxAt(-500, -500, 100, 100),
    boxAt(5, 5, 0, 0),
    boxAt(-1000, -1000, 9000, 9000),
    boxAt(795, 595, 50, 50),
  ];
  const faces = boxes.map((one) => ({
    box: one,
    label: 'имя & <i>',
    landmarks: [
      { x: -5, y: 2 },
      { x: 799, y: 599 },
    ],
  }));
  const drawn = await decode(await drawFaces(grey, [...faces, { box: boxes[3]!, label: '' }]));
  assert.deepEqual([drawn.width, drawn.height], [800, 600]);
});

test('a titled picture holds the picture below its title', async () => {
  const picture = await decode(await titledPicture(waves(150, 150), 'madonna (99.870 %)'));
  assert.equal(picture.width, 560);
  assert.ok(picture.height > 540 && picture.height < 620);
  const inside = paint(
    300,
    300,
    (x, y) => pixel(picture, 130 + x - 0.5, picture.height - 430 + y - 0.5) as never,
  );
  assert.ok(
    difference(
      inside,
      paint(300, 300, () => [255, 255, 255]),
    ).mean > 50,
  );
  const two = await decode(
    await titledPicture(waves(150, 150), 'a title that is far too long for one line '.repeat(2)),
  );
  assert.ok(two.height > picture.height + 20);
});

test('encoding is lossless as PNG, close as JPEG and WebP, plain and the same every time', async () => {
  const picture = waves(90, 61);
  assert.deepEqual(await decode(await encodePicture(picture, { format: 'png' })), picture);
  for (const format of ['jpeg', 'webp'] as const) {
    const bytes = await encodePicture(picture, { format });
    assert.ok(difference(await decode(bytes), picture).mean < 3, format);
    assert.deepEqual(await encodePicture(picture, { format }), bytes);
    const { exif, icc, xmp, space, hasAlpha } = await sharp(bytes).metadata();
    assert.deepEqual([exif, icc, xmp, space, hasAlpha], [undefined, undefined, undefined, 'srgb', false]);
    assert.ok((await encodePicture(picture, { format, quality: 20 })).length < bytes.length);
  }
  await assert.rejects(encodePicture(picture, { quality: 0 }), { code: 'OPTION_INVALID' });
  assert.ok(coverage(await renderText('m', { sizePx: 30 })) > 50);
});
