import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupByPerson } from '../../../src/cli/demo/same-person.ts';

/** A point on the unit circle, not of unit length. */
const at = (degrees: number): Float32Array =>
  Float32Array.of(3 * Math.cos((degrees * Math.PI) / 180), 3 * Math.sin((degrees * Math.PI) / 180));
const chord = (degrees: number): number => 2 * Math.sin((degrees * Math.PI) / 360);

const face = (photo: number, degrees: number): { photo: number; embedding: Float32Array } => ({
  photo,
  embedding: at(degrees),
});

test('near faces of different photos are one person, numbered by first appearance', () => {
  const faces = [face(0, 0), face(0, 90), face(1, 92), face(1, 200), face(2, 3)];
  assert.deepEqual(groupByPerson(faces, chord(10)), [0, 1, 1, 2, 0]);
});

test('two faces of one photo are never one person, and the nearer one wins', () => {
  assert.deepEqual(groupByPerson([face(0, 0), face(0, 20), face(1, 13)], chord(15)), [0, 1, 1]);
});

test('what lies no nearer than two faces of one photo is not joined', () => {
  const faces = [face(0, 0), face(0, 10), face(1, 60), face(2, 69), face(3, 120), face(4, 125)];
  assert.deepEqual(groupByPerson(faces, chord(40)), [0, 1, 2, 3, 4, 4]);
});

test('a chain is not a person: every two faces of a person are near', () => {
  assert.deepEqual(groupByPerson([face(0, 0), face(1, 8), face(2, 17)], chord(10)), [0, 0, 1]);
});

test('nothing near, nobody joined; no face, no person', () => {
  assert.deepEqual(groupByPerson([face(0, 0), face(1, 90)], chord(10)), [0, 1]);
  assert.deepEqual(groupByPerson([], 1), []);
});
