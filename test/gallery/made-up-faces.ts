import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Random } from '../../src/kernel/index.ts';

/** Where the galleries of one test file lie. */
export const folder = await mkdtemp(join(tmpdir(), 'visage-gallery-'));
after(() => rm(folder, { recursive: true, force: true }));
let files = 0;
export const freshPath = (): string => join(folder, `${++files}.gallery`);

export const dimension = 16;
/** What the galleries are opened with. */
export const options = { pack: 'bundled', dimension };
const random = new Random(11);
/** An embedding of nobody in particular. */
export const face = (): Float32Array => Float32Array.from({ length: dimension }, () => random.normal());
/** An embedding of the person of another. */
export const near = (center: Float32Array, spread = 0.02): Float32Array =>
  center.map((value) => value + spread * random.normal());
/** Examples of nobody in particular. */
export const faces = (count: number) => Array.from({ length: count }, () => ({ embedding: face() }));
/** The start of a JPEG file, told from others by one byte. */
export const jpeg = (mark: number): Uint8Array => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, mark);
