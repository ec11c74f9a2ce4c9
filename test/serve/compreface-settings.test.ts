import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { decodePhoto, exifOrientation } from '../../src/image/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { openServer, type Server } from '../../src/serve/index.ts';
import { ImageIds } from '../../src/serve/compreface/image-id.ts';
import { double, javaJson } from '../../src/serve/compreface/java-json.ts';
import { fitSimilarityScale, similarityOf, similarityScale } from '../../src/serve/compreface/similarity.ts';
import { storedPoint } from '../../src/serve/compreface/stored-pixels.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { fileAt, form } from './support/form.ts';
import { loneFace } from './support/lone-face.ts';

let wide: Server;
let other: Server;
before(async () => {
  wide = await openServer({ workers: 1 });
  other = await openServer({
    workers: 1,
    comprefaceBoxes: 'tight',
    comprefacePixels: 'stored',
    comprefaceDeleteAll: 'refuse',
  });
});
after(() => Promise.all([wide.close(), other.close()]));

interface Corners {
  readonly x_min: number;
  readonly x_max: number;
  readonly y_min: number;
  readonly y_max: number;
}
const deleteAll = (server: Server) =>
  server.app.inject({ method: 'DELETE', url: '/api/v1/recognition/faces' });
const scaleOf = (name: string) =>
  similarityScale({ name, embedder: { maxDistance: 1, dimension: 2, mirrored: false } });
const alone = await loneFace();
const boxOf = async (server: Server, photo = alone): Promise<Corners> => {
  const request = form(['file', { ...photo, fileName: 'a.jpg' }]);
  const answer = await server.app.inject({
    method: 'POST',
    url: '/api/v1/detection/detect?limit=1',
    ...request,
  });
  return answer.json().result[0].box;
};

test('boxes are as wide as those of the default build of CompreFace, or as the detector has them', async () => {
  const [broad, tight] = [await boxOf(wide), await boxOf(other)];
  const own = await other.app.inject({ method: 'POST', url: '/api/v1/detect', ...form(['photo', alone]) });
  const { box } = own.json().faces[0];
  assert.deepEqual([tight.x_min, tight.y_min], [box.x, box.y]);
  const [width, height] = [tight.x_max - tight.x_min, tight.y_max - tight.y_min];
  // Margins of 0.213 and 0.223 across, 0.105 and 0.099 down; the photo is large enough for them.
  assert.ok(Math.abs((tight.x_min - broad.x_min) / width - 0.213) < 0.02);
  assert.ok(Math.abs((broad.x_max - tight.x_max) / width - 0.223) < 0.02);
  assert.ok(Math.abs((tight.y_min - broad.y_min) / height - 0.105) < 0.02);
  assert.ok(Math.abs((broad.y_max - tight.y_max) / height - 0.099) < 0.02);
});

test('deleting all faces without naming a subject is allowed or refused', async () => {
  assert.deepEqual((await deleteAll(wide)).json(), { deleted: 0 });
  const refused = await deleteAll(other);
  assert.deepEqual(
    [refused.statusCode, refused.json()],
    [400, { message: 'Subject name is empty; ', code: 26 }],
  );
});

describe('photos with an EXIF orientation', { skip: skipWithoutShared('data/badinput') }, () => {
  test('a point of the upright photo is found among the pixels as stored', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const { bytes } = await fileAt(inShared(`data/badinput/exif_orientation_${orientation}.jpg`));
      assert.equal(await exifOrientation(bytes), orientation);
      const source = { name: 'x', bytes };
      const upright = (await decodePhoto(source)).raster;
      const stored = (await decodePhoto(source, { upright: false })).raster;
      let most = 0;
      for (let y = 0.5; y < upright.height; y += 37) {
        for (let x = 0.5; x < upright.width; x += 41) {
          const at = storedPoint({ x, y }, orientation, upright.width, upright.height);
          const from = 3 * (Math.floor(y) * upright.width + Math.floor(x));
          const to = 3 * (Math.floor(at.y) * stored.width + Math.floor(at.x));
          most = Math.max(most, Math.abs(upright.data[from]! - stored.data[to]!));
        }
      }
      assert.equal(most, 0, `orientation ${orientation}`);
    }
  });

  test('boxes are of the upright photo, or of the pixels as stored', async () => {
    const photo = await fileAt(inShared('data/badinput/exif_orientation_6.jpg'));
    const stored = await boxOf(other, photo);
    const own = await other.app.inject({ method: 'POST', url: '/api/v1/detect', ...form(['photo', photo]) });
    const { faces, width } = own.json();
    const [{ box }] = faces;
    // Orientation 6: what is stored is turned right to be looked at, so x upwards lies y to the right.
    const expected = {
      x_min: box.y,
      y_min: width - box.x - box.width,
      x_max: box.y + box.height,
      y_max: width - box.x,
    };
    for (const [corner, value] of Object.entries(expected)) {
      assert.ok(Math.abs(stored[corner as keyof Corners] - value) <= 1, corner);
    }
  });
});

test('the scale of a pack is found again from answers that follow it', () => {
  const random = new Random(7);
  const scale = { centre: 0.8, slope: 9 };
  const [distances, same]: [number[], boolean[]] = [[], []];
  for (let i = 0; i < 20_000; i++) {
    const distance = 0.3 + random.next();
    distances.push(distance);
    same.push(random.next() < 1 / (1 + Math.exp(-2 * scale.slope * (scale.centre - distance))));
  }
  const fitted = fitSimilarityScale(distances, same);
  assert.ok(Math.abs(fitted.centre - 0.8) < 0.02, String(fitted.centre));
  assert.ok(Math.abs(fitted.slope - 9) < 0.5, String(fitted.slope));
});

test('similarity is 0.5 at the centre, falls with distance, and is that of CompreFace for its own weights', () => {
  // Published: similarity at cosine 0.5, 0.3 and 0 of FaceNet 20180402-114759.
  const published = scaleOf('facenet-512-vggface2');
  for (const [cosine, expected] of [
    [0.5, 0.873],
    [0.3, 0.496],
    [0, 0.0787],
  ] as const) {
    assert.ok(Math.abs(similarityOf(Math.sqrt(2 - 2 * cosine), published) - expected) < 6e-4);
  }
  for (const name of ['bundled', 'facenet-512-vggface2', 'nobody fitted this']) {
    const scale = scaleOf(name);
    assert.equal(similarityOf(scale.centre, scale), 0.5);
    assert.equal(similarityOf(0, scale), 1);
    const two = fc.tuple(
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.double({ min: 0, max: 2, noNaN: true }),
    );
    fc.assert(
      fc.property(
        two,
        ([a, b]) => similarityOf(Math.min(a, b), scale) >= similarityOf(Math.max(a, b), scale),
      ),
    );
  }
});

test('JSON as Java writes it is JSON, with decimal points', () => {
  assert.equal(
    javaJson({ a: double(1), b: [1, double(0.5)], c: undefined, d: {} }),
    '{\n  "a" : 1.0,\n  "b" : [ 1, 0.5 ],\n  "d" : { }\n}',
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(JSON.parse(javaJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('ids of examples lead to them, and nowhere in another gallery', () => {
  const [ours, theirs] = [new ImageIds('a'), new ImageIds('b')];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (id) => {
      assert.equal(ours.exampleId(ours.of(id)), id);
      assert.equal(theirs.exampleId(ours.of(id)), undefined);
      assert.match(ours.of(id), /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
    }),
  );
});
