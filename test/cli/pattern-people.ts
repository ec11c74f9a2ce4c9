import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rooms, type Rooms } from '../../src/cli/rooms.ts';
import { decodePhoto, encodePicture } from '../../src/image/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { openPack } from '../../src/packs/index.ts';
import type { Recognizer, RecognizerOptions } from '../../src/recognizer.ts';

const sidePx = 150;
/** A "person" is a coarse pattern of colours; each photo of it is another under noise. */
export async function makePatterns(place: string, people: number, photos: number): Promise<void> {
  const random = new Random(3);
  for (let person = 0; person < people; person++) {
    const cells = Array.from({ length: 6 * 6 * 3 }, () => random.integer(200));
    await mkdir(join(place, `p${person}`), { recursive: true });
    for (let photo = 0; photo < photos; photo++) {
      const data = new Uint8Array(sidePx * sidePx * 3);
      for (let i = 0; i < data.length; i++) {
        const [x, y, c] = [Math.floor(i / 3) % sidePx, Math.floor(i / 3 / sidePx), i % 3];
        data[i] = cells[(Math.floor(y / 25) * 6 + Math.floor(x / 25)) * 3 + c]! + random.integer(55);
      }
      const bytes = await encodePicture({ data, width: sidePx, height: sidePx }, { format: 'png' });
      await writeFile(join(place, `p${person}`, `${photo}.png`), bytes);
    }
  }
}

/** How many photos were looked at. */
export let looks = 0;
/** Recognizers that take every photo for a face that lies where the template has it. Networks and packs are real. */
export const patternRooms: Rooms = {
  ...rooms,
  recognizer: async () => ({
    ...(await rooms.recognizer()),
    openRecognizer: async (options?: RecognizerOptions): Promise<Recognizer> => {
      const pack = await openPack(options?.pack ?? 'bundled');
      const { alignment } = pack;
      assert.equal(alignment.method, 'landmarks');
      return {
        pack,
        concurrency: 2,
        locate: async (source, signal) => {
          looks++;
          const photo = await decodePhoto(source, { signal });
          const { width, height } = photo;
          const landmarks = alignment.template;
          return { photo, faces: [{ box: { x: 0, y: 0, width, height }, score: 1, landmarks }] };
        },
        crop: () => assert.fail('the verb cuts with a border'),
        embed: () => assert.fail('the verb embeds with the trunk'),
        identify: () => assert.fail('nobody is identified'),
        close: async () => {},
        [Symbol.asyncDispose]: async () => {},
      };
    },
  }),
};
