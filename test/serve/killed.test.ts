import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openExistingGallery } from '../../src/gallery/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { startServer } from '../support/visage-server.ts';
import { form } from './support/form.ts';
import { loneFace } from './support/lone-face.ts';

const kills = Number(process.env['VISAGE_KILLS'] ?? 2);
const photo = await loneFace();

test('kill -9 during enrolments: everything acknowledged is there afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-killed-'));
  const random = new Random(3);
  const acknowledged = new Map<string, number>();
  try {
    for (let round = 0; round < kills; round++) {
      const { child, ended, address } = await startServer(['--without-keys', '--workers', '1'], {
        cwd: folder,
      });
      const client = async (number: number): Promise<void> => {
        for (let i = 0; ; i++) {
          const name = `Round ${round} client ${number} photo ${i}`;
          const { headers, payload } = form(['name', name], ['photo', photo]);
          const sent = fetch(`${address}/api/v1/enroll`, {
            method: 'POST',
            headers,
            body: new Uint8Array(payload),
          });
          const answer = await sent
            .then(async (got) => ({ status: got.status, body: await got.json() }))
            .catch(() => undefined);
          if (answer?.status !== 201) return;
          acknowledged.set(name, (answer.body as { photos: { exampleId: number }[] }).photos[0]!.exampleId);
        }
      };
      const before = acknowledged.size;
      const clients = Promise.all([client(1), client(2), client(3)]);
      while (acknowledged.size < before + 3) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, 200 * random.next()));
      child.kill('SIGKILL');
      await Promise.all([ended, clients]);
      await using gallery = await openExistingGallery(join(folder, 'people.gallery'));
      const people = new Map((await gallery.people()).map((person) => [person.name, person]));
      for (const [name, exampleId] of acknowledged) {
        const found = people.get(name);
        assert.ok(found !== undefined, `${name} was acknowledged`);
        const { examples } = await gallery.show({ id: found.id });
        assert.deepEqual(
          examples.map(({ id }) => id),
          [exampleId],
        );
        assert.equal((await gallery.embedding(exampleId)).length, gallery.dimension);
        assert.ok((await gallery.crop(exampleId))!.length > 0);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
