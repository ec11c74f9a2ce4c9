import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { LocatedFace } from '../../src/detect/index.ts';
import { FaceTracker } from '../../src/video/index.ts';

const at = (x: number, y = 0, side = 100): LocatedFace => {
  const point = { x: x + side / 2, y: y + side / 2 };
  return {
    box: { x, y, width: side, height: side },
    score: 0.9,
    landmarks: [point, point, point, point, point],
  };
};
const ids = (faces: readonly { trackId: number }[]): number[] => faces.map(({ trackId }) => trackId);
/** Embeddings of three people, far from each other. */
const [ada, bea, cy] = [
  Float32Array.of(3, 0, 0),
  Float32Array.of(0, 3, 0),
  Float32Array.of(0, 0, 3),
] as const;
const tracker = (): FaceTracker => new FaceTracker({ maxDistance: 0.4 });

test('faces keep their track while they move, whatever order they come in', () => {
  const follow = tracker();
  assert.deepEqual(ids(follow.follow([at(0), at(300)], 0)), [1, 2]);
  assert.deepEqual(ids(follow.follow([at(320), at(20)], 100)), [2, 1]);
  assert.deepEqual(ids(follow.follow([at(40), at(340), at(600)], 200)), [1, 2, 3]);
});

test('a face between two tracks goes to the one it overlaps more, and the other track waits', () => {
  const follow = tracker();
  follow.follow([at(0), at(60)], 0);
  assert.deepEqual(ids(follow.follow([at(40)], 100)), [2]);
  assert.deepEqual(ids(follow.follow([at(0), at(40)], 200)), [1, 2]);
});

test('a face that is lost for a moment comes back as itself, after longer as a new one', () => {
  const follow = tracker();
  follow.follow([at(0)], 0);
  follow.follow([], 500);
  assert.deepEqual(ids(follow.follow([at(0)], 900)), [1]);
  follow.follow([], 1800);
  follow.follow([], 2000);
  assert.deepEqual(ids(follow.follow([at(0)], 2100)), [2]);
});

test('where frames come slowly a face of the frame before, or the one before that, is still known', () => {
  const follow = tracker();
  follow.follow([at(0)], 0);
  assert.deepEqual(ids(follow.follow([at(0)], 5000)), [1]);
  follow.follow([], 10_000);
  assert.deepEqual(ids(follow.follow([at(0)], 15_000)), [1]);
  follow.follow([], 20_000);
  follow.follow([], 25_000);
  assert.deepEqual(ids(follow.follow([at(0)], 30_000)), [2]);
});

test('new faces are due three times, then only now and then, or when they have moved', () => {
  const follow = tracker();
  const frame = (nowMs: number, x = 0): number[] => {
    follow.follow([at(x), at(600)], nowMs);
    const due = ids(follow.due(nowMs, 2));
    for (const id of due) follow.embedded(id, id === 1 ? ada : bea, nowMs);
    return due;
  };
  for (const nowMs of [0, 100, 200]) assert.deepEqual(frame(nowMs), [1, 2]);
  for (const nowMs of [300, 1000, 2100]) assert.deepEqual(frame(nowMs), []);
  assert.deepEqual(frame(2200), [1, 2]);
  assert.deepEqual(frame(2300, 30), []);
  assert.deepEqual(frame(2400, 60), [1]);
  assert.deepEqual(frame(2500, 60), []);
});

test('those that were never embedded come first, and no more than are asked for', () => {
  const follow = tracker();
  follow.follow([at(0), at(200), at(400)], 0);
  assert.deepEqual(ids(follow.due(0, 2)), [1, 2]);
  for (const id of [1, 2]) follow.embedded(id, ada, 0);
  follow.follow([at(0), at(200), at(400)], 100);
  assert.deepEqual(ids(follow.due(100, 2)), [3, 1]);
});

test('one odd embedding changes nothing; twice the same other person begins a new track', () => {
  const follow = tracker();
  const look = (embedding: Float32Array, nowMs: number): number => {
    const [face] = follow.follow([at(0)], nowMs);
    return follow.embedded(face!.trackId, embedding, nowMs);
  };
  assert.equal(look(ada, 0), 1);
  assert.equal(look(bea, 100), 1, 'a bad moment?');
  assert.equal(look(ada, 200), 1, 'it was');
  assert.equal(look(bea, 300), 1);
  assert.equal(look(cy, 400), 1, 'two odd ones that differ');
  assert.deepEqual(ids(follow.due(400, 1)), [1], 'in doubt it is looked at again at once');
  assert.equal(look(cy, 500), 2, 'somebody else');
  assert.equal(look(cy, 600), 2);
  assert.deepEqual(ids(follow.follow([at(0)], 700)), [2]);
});

test('whatever comes, every face has one track, and tracks of a frame differ', () => {
  const frame = fc.array(
    fc.record({ x: fc.integer({ min: 0, max: 600 }), y: fc.integer({ min: 0, max: 300 }) }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 20 }), (frames) => {
      const follow = tracker();
      frames.forEach((places, i) => {
        const tracked = follow.follow(
          places.map(({ x, y }) => at(x, y)),
          100 * i,
        );
        assert.equal(new Set(ids(tracked)).size, places.length);
        assert.deepEqual(
          tracked.map(({ box }) => [box.x, box.y]),
          places.map(({ x, y }) => [x, y]),
        );
        for (const id of ids(follow.due(100 * i, 2))) follow.embedded(id, ada, 100 * i);
      });
    }),
  );
});
