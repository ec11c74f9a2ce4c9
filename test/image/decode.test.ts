import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodePhoto, type Raster } from '../../src/image/index.ts';
import { decodeHeic } from '../../src/image/heic.ts';
import { VisageError, type ErrorCode } from '../../src/kernel/index.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { difference, paint, pixel, waves } from './synthetic.ts';

const refuses = async (work: Promise<unknown>, code: ErrorCode): Promise<VisageError> => {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof VisageError, `expected ${code}, got ${String(thrown)}`);
  assert.equal(thrown.code, code, thrown.message);
  return thrown;
};

const png = ({ data, width, height }: Raster): ReturnType<typeof sharp> =>
  sharp(data, { raw: { width, height, channels: 3 } });

const named = (name: string, bytes: Uint8Array): { name: string; bytes: Uint8Array } => ({ name, bytes });

/** What becomes of each file: its size, or the code of the error. */
const outcomes: Readonly<Record<string, readonly [number, number] | ErrorCode>> = {
  'UPPER_CASE.JPG': [512, 512],
  'all_zero_4k.jpg': 'IMAGE_UNREADABLE',
  'animated.gif': [256, 256],
  'animated.png': [256, 256],
  'animated.webp': [256, 256],
  'animated_first_frame_black.gif': [256, 256],
  'baseline.jpg': [512, 512],
  'bilevel.png': [512, 512],
  'bitflips_in_scan.jpg': [512, 512],
  'blur6.jpg': [512, 512],
  'cmyk.jpg': [512, 512],
  'decompression_bomb_30000x30000_1bit.png': 'IMAGE_TOO_LARGE',
  'exif_orientation_1.jpg': [512, 512],
  'exif_orientation_2.jpg': [512, 512],
  'exif_orientation_3.jpg': [512, 512],
  'exif_orientation_4.jpg': [512, 512],
  'exif_orientation_5.jpg': [512, 512],
  'exif_orientation_6.jpg': [512, 512],
  'exif_orientation_7.jpg': [512, 512],
  'exif_orientation_8.jpg': [512, 512],
  'extreme_aspect_4000x40.jpg': [4000, 40],
  'face_24px.jpg': [24, 32],
  'gray_16bit.png': [512, 512],
  'gray_alpha.png': [512, 512],
  'grayscale.jpg': [512, 512],
  'grayscale.png': [512, 512],
  'html_renamed.jpg': 'IMAGE_UNREADABLE',
  'interlaced.png': [512, 512],
  'jpg_named.png': [512, 512],
  jpg_without_extension: [512, 512],
  'large_48MP_small_face.jpg': [8000, 6000],
  'leading_garbage.jpg': 'IMAGE_UNREADABLE',
  'name with spaces & (parens) #1.jpg': [512, 512],
  'no_face_flat_grey.jpg': [640, 480],
  'no_face_noise.png': [320, 240],
  'palette.png': [512, 512],
  'photo.avif': [512, 512],
  'photo.bmp': 'IMAGE_UNSUPPORTED',
  'photo.gif': [512, 512],
  'photo.heic': [512, 512],
  'photo.jp2': 'IMAGE_UNSUPPORTED',
  'photo.tif': [512, 512],
  'photo.webp': [512, 512],
  'photo_lossless.webp': [512, 512],
  'png_header_claims_60000x60000.png': 'IMAGE_TOO_LARGE',
  'png_named.jpg': [512, 512],
  'progressive.jpg': [512, 512],
  'quality_5.jpg': [512, 512],
  'rgb_16bit.png': [512, 512],
  'rgba_transparent_left.png': [512, 512],
  'rotated90_no_exif.jpg': [512, 512],
  'same_face_twice.jpg': [1024, 512],
  'text_renamed.jpg': 'IMAGE_UNREADABLE',
  'tilt30.jpg': [700, 700],
  'tiny_1x1.png': 'IMAGE_TOO_SMALL',
  'tiny_20x20.jpg': [20, 20],
  'tiny_8x8.jpg': 'IMAGE_TOO_SMALL',
  'trailing_garbage.jpg': [512, 512],
  'truncated_50pct.jpg': [512, 512],
  'truncated_header_only.jpg': 'IMAGE_UNREADABLE',
  'unicode_ñ_名前_😀.jpg': [512, 512],
  'upside_down_no_exif.jpg': [512, 512],
  'very_dark.jpg': [512, 512],
  'zero_bytes.jpg': 'IMAGE_UNREADABLE',
};

/** Files that show the picture of baseline.jpg, with the mean difference that their coding excuses. */
const sameAsBaseline: Readonly<Record<string, number>> = {
  'UPPER_CASE.JPG': 0,
  // Made by plain inversion; read with the profile of an offset press, as a CMYK file without one is.
  'cmyk.jpg': 18,
  'exif_orientation_1.jpg': 3,
  'exif_orientation_2.jpg': 3,
  'exif_orientation_3.jpg': 3,
  'exif_orientation_4.jpg': 3,
  'exif_orientation_5.jpg': 3,
  'exif_orientation_6.jpg': 3,
  'exif_orientation_7.jpg': 3,
  'exif_orientation_8.jpg': 3,
  'interlaced.png': 3,
  'jpg_named.png': 0,
  'palette.png': 6,
  'photo.avif': 4,
  'photo.heic': 3,
  'photo.tif': 3,
  'photo.webp': 3,
  'progressive.jpg': 3,
  'rgb_16bit.png': 3,
  'trailing_garbage.jpg': 0,
};

test('every odd file gives a picture of the right size or a coded error', {
  skip: skipWithoutShared('data/badinput'),
}, async () => {
  const baseline = await decodePhoto(inShared('data/badinput/baseline.jpg'));
  for (const [file, outcome] of Object.entries(outcomes)) {
    const path = inShared('data/badinput', file);
    if (typeof outcome === 'string') {
      const error = await refuses(decodePhoto(path), outcome);
      assert.ok(error.message.includes(path), error.message);
      continue;
    }
    const { raster, width, height, scale } = await decodePhoto(path);
    assert.deepEqual([width, height, scale], [...outcome, 1], file);
    assert.deepEqual([raster.width, raster.height], outcome, file);
    assert.equal(raster.data.length, width * height * 3, file);
    const allowed = sameAsBaseline[file];
    if (allowed === undefined) continue;
    const { mean } = difference(raster, baseline.raster);
    assert.ok(mean <= allowed, `${file} differs by ${mean}`);
  }
  assert.ok(process.resourceUsage().maxRSS < 1024 * 1024, 'took more than 1 GB');
});

test('HEIC decodes off the main thread, shrinks as asked, and says what is wrong with it', {
  skip: skipWithoutShared('data/badinput'),
}, async () => {
  const path = inShared('data/badinput/photo.heic');
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const photo = await decodePhoto(path, { neededSidePx: 256 });
  clearInterval(timer);
  assert.ok(ticks > 3, 'the event loop went on');
  assert.deepEqual([photo.width, photo.raster.width, photo.scale], [512, 256, 2]);
  const bytes = new Uint8Array(await readFile(path)).fill(0xff, 40_000, 60_000);
  await decodePhoto(named('damaged.heic', bytes)).catch((error: unknown) => {
    assert.ok(error instanceof VisageError && error.code === 'IMAGE_UNREADABLE');
  });
  const abort = new AbortController();
  const pending = decodePhoto(path, { signal: abort.signal });
  setTimeout(() => abort.abort(new Error('enough')), 20);
  await assert.rejects(pending, /enough/);
});

test('without its optional package a HEIC photo is refused with the package to install', async () => {
  const missing = decodeHeic('a.heic', new Uint8Array(100), undefined, 'visage-has-no-such-package');
  const error = await refuses(missing, 'PACKAGE_MISSING');
  assert.match(error.message, /a\.heic, a HEIC photo, needs the npm package/);
  assert.match(error.hint, /npm install/);
});

test('an animation that opens black gives its first frame that shows anything', {
  skip: skipWithoutShared('data/badinput'),
}, async () => {
  const black = await decodePhoto(inShared('data/badinput/animated_first_frame_black.gif'));
  const plain = await decodePhoto(inShared('data/badinput/animated.gif'));
  assert.deepEqual(difference(black.raster, plain.raster).largest < 60, true);
});

test('all eight EXIF orientations come upright, pixel for pixel', async () => {
  const upright = waves(37, 23);
  const [w, h] = [upright.width - 1, upright.height - 1];
  /** Where the stored pixel (x, y) is seen, by orientation (EXIF 2.32, tag 274). */
  const seenAt: readonly ((x: number, y: number) => readonly [number, number])[] = [
    (x, y) => [x, y],
    (x, y) => [w - x, y],
    (x, y) => [w - x, h - y],
    (x, y) => [x, h - y],
    (x, y) => [y, x],
    (x, y) => [w - y, x],
    (x, y) => [w - y, h - x],
    (x, y) => [y, h - x],
  ];
  for (const [index, seen] of seenAt.entries()) {
    const turned = index >= 4;
    const stored = paint(turned ? 23 : 37, turned ? 37 : 23, (x, y) => {
      const [seenX, seenY] = seen(Math.floor(x), Math.floor(y));
      return pixel(upright, seenX, seenY) as [number, number, number];
    });
    const bytes = await png(stored)
      .withMetadata({ orientation: index + 1 })
      .tiff({ compression: 'none' })
      .toBuffer();
    const photo = await decodePhoto(named(`orientation ${index + 1}`, bytes));
    assert.deepEqual([photo.width, photo.height], [37, 23]);
    assert.deepEqual(photo.raster, upright, `orientation ${index + 1}`);
  }
});

test('transparency lies on white; grey, 16 bits and a palette become RGB', async () => {
  const rgba = Buffer.alloc(32 * 32 * 4);
  for (let i = 0; i < 32 * 16; i++) rgba.set([200, 100, 50, 255], i * 4);
  const bytes = await sharp(rgba, { raw: { width: 32, height: 32, channels: 4 } })
    .png()
    .toBuffer();
  const { raster } = await decodePhoto(named('alpha.png', bytes));
  assert.deepEqual(pixel(raster, 3, 3), [200, 100, 50]);
  assert.deepEqual(pixel(raster, 3, 30), [255, 255, 255]);
  const grey = await png(paint(32, 32, () => [77, 77, 77]))
    .greyscale()
    .png()
    .toBuffer();
  assert.deepEqual(pixel((await decodePhoto(named('grey.png', grey))).raster, 5, 5), [77, 77, 77]);
  const wide = await png(paint(32, 32, () => [10, 20, 30]))
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  assert.deepEqual(pixel((await decodePhoto(named('wide.png', wide))).raster, 5, 5), [10, 20, 30]);
});

test('an sRGB profile changes nothing; another profile is converted', async () => {
  const picture = waves(40, 40);
  const srgb = await png(picture).withIccProfile('srgb').png().toBuffer();
  assert.deepEqual((await decodePhoto(named('srgb.png', srgb))).raster, picture);
  const p3 = await png(picture).withIccProfile('p3').png().toBuffer();
  const decoded = (await decodePhoto(named('p3.png', p3))).raster;
  // Stored in P3 the numbers differ; brought back they are those of the picture, within its gamut.
  const stored = await sharp(p3, { ignoreIcc: true }).raw().toBuffer();
  const kept = { ...picture, data: new Uint8Array(stored) };
  assert.ok(difference(kept, picture).mean > 3);
  assert.ok(difference(decoded, picture).mean < 1.5);
});

const smooth = (x: number, y: number): [number, number, number] => [
  128 + 100 * Math.sin(x / 150),
  128 + 100 * Math.cos(y / 130),
  x / 8,
];

test('a large photo is shrunk only where the needed side stays, and one scale maps both axes', async () => {
  const bytes = await png(paint(2000, 1500, smooth))
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 95 })
    .toBuffer();
  const source = named('large.jpg', bytes);
  for (const [neededSidePx, longSide] of [
    [500, 500],
    [640, 640],
    [700, 700],
    [1299, 1300],
    [1400, 2000],
  ] as const) {
    const { raster, width, height, scale } = await decodePhoto(source, { neededSidePx });
    assert.deepEqual([width, height], [1500, 2000]);
    assert.deepEqual([raster.height, raster.width, scale], [longSide, (longSide * 3) / 4, 2000 / longSide]);
    // Orientation 6: stored (x, y) is seen at (1500 − y, x).
    const expected = paint(raster.width, raster.height, (x, y) => smooth(y * scale, 1500 - x * scale));
    assert.ok(difference(raster, expected).mean < 2);
  }
  assert.equal((await decodePhoto(source)).scale, 1);
  const odd = await png(paint(1999, 1501, smooth))
    .png()
    .toBuffer();
  const { raster, scale } = await decodePhoto(named('odd.png', odd), { neededSidePx: 600 });
  assert.ok(raster.width >= 600 && raster.width <= 660);
  assert.ok(Math.abs(raster.height * scale - 1501) < 0.5);
});

test('a cut-off file gives what is there, or says how little that is', async () => {
  const noise = paint(256, 256, (x, y) => [(x * y * 37) % 256, (x * 91 + y) % 256, (x * x + 5 * y) % 256]);
  const bytes = await png(noise).jpeg().toBuffer();
  const { raster } = await decodePhoto(named('half.jpg', bytes.subarray(0, bytes.length / 2)));
  assert.deepEqual([raster.width, raster.height], [256, 256]);
  const error = await refuses(
    decodePhoto(named('scrap.jpg', bytes.subarray(0, Math.floor(bytes.length / 8)))),
    'IMAGE_UNREADABLE',
  );
  assert.match(error.message, /only \d+ % of the picture/);
});

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

test('what is no photo is refused by name before any of it is interpreted', async () => {
  const unsupported: Readonly<Record<string, Uint8Array>> = {
    SVG: text(
      '<?xml version="1.0"?>\n<!-- hi --><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    ),
    PDF: text('%PDF-1.7\n'),
    video: text('\0\0\0\x18ftypmp42'),
    'JPEG XL': new Uint8Array([0xff, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  };
  for (const [format, bytes] of Object.entries(unsupported)) {
    const error = await refuses(decodePhoto(named('x', bytes)), 'IMAGE_UNSUPPORTED');
    assert.ok(error.message.includes(format), error.message);
    assert.ok(error.hint.length > 10);
  }
  const page = await refuses(decodePhoto(named('x', text('<!DOCTYPE html><p>'))), 'IMAGE_UNREADABLE');
  assert.match(page.message, /web page/);
});

test('only regular files are opened: a pipe or a device cannot make it wait', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-decode-'));
  try {
    await refuses(decodePhoto(join(folder, 'none.jpg')), 'FILE_NOT_FOUND');
    await refuses(decodePhoto(join(folder, 'a\0b.jpg')), 'FILE_UNREADABLE');
    const isFolder = await refuses(decodePhoto(folder), 'FILE_UNREADABLE');
    assert.match(isFolder.message, /folder/);
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [join(folder, 'pipe.jpg')]);
      await refuses(decodePhoto(join(folder, 'pipe.jpg')), 'FILE_UNREADABLE');
      await refuses(decodePhoto('/dev/zero'), 'FILE_UNREADABLE');
    }
    await writeFile(join(folder, 'photo'), await png(waves(30, 20)).webp({ lossless: true }).toBuffer());
    assert.deepEqual((await decodePhoto(join(folder, 'photo'))).raster, waves(30, 20));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the pixel limit counts from the header, options are checked, an abort is heard', async () => {
  const bytes = await png(waves(100, 50)).png().toBuffer();
  const error = await refuses(decodePhoto(named('x', bytes), { maxPixels: 4999 }), 'IMAGE_TOO_LARGE');
  assert.match(error.message, /5000 pixels \(100 × 50\)/);
  assert.equal((await decodePhoto(named('x', bytes), { maxPixels: 5000 })).width, 100);
  await refuses(decodePhoto(named('x', bytes), { maxPixels: -1 }), 'OPTION_INVALID');
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(decodePhoto(named('x', bytes), { signal }), /enough/);
});

test('where libvips does not load, that is said, and not that the photo is damaged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-decode-'));
  try {
    const [photo, without] = [join(folder, 'a.png'), join(folder, 'without.cjs')];
    await writeFile(photo, await png(waves(30, 20)).png().toBuffer());
    await writeFile(
      without,
      `const Module = require('node:module');
      const load = Module._load;
      Module._load = function (name) {
        if (name === 'sharp') throw new Error('no binary for this system\\nmore');
        return load.apply(this, arguments);
      };`,
    );
    const image = new URL('../../src/image/index.js', import.meta.url).href;
    const program = `import { decodePhoto } from '${image}';
      await decodePhoto(process.argv[1]).catch(({ code, message }) => console.log(code, message));`;
    const said = execFileSync(
      process.execPath,
      ['--require', without, '--input-type=module', '--eval', program, photo],
      { encoding: 'utf8' },
    );
    assert.match(said, /^PACKAGE_BROKEN .* sharp, which does not work here: no binary for this system\.\n$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
