import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBeGivenOut, packs, publishedPack } from '../../src/packs/index.ts';

test('networks may be given out where every licence of a pack is a permissive one', () => {
  assert.ok(packs.every(mayBeGivenOut));
  assert.ok(mayBeGivenOut(publishedPack('sface')!));
  assert.ok(!mayBeGivenOut(publishedPack('facenet-128')!), 'nobody has licensed these weights');
  for (const licence of ['MIT', 'MIT (code), CC0-1.0', 'Apache-2.0,BSD-3-Clause (both)'])
    assert.ok(mayBeGivenOut({ licence }), licence);
  for (const licence of [
    '',
    'unknown: ask whoever gave you the weights',
    'MIT, CC-BY-NC-4.0',
    'MIT (non-commercial) only',
    'GPL-3.0-only',
    'MIT,',
    'MIT OR proprietary',
    'InsightFace model packs: non-commercial research only',
  ])
    assert.ok(!mayBeGivenOut({ licence }), licence);
});
