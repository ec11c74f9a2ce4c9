import type { Rooms } from '../../src/cli/rooms.ts';
import type { PublishedPack } from '../../src/packs/index.ts';
import { lockedRooms } from './recording.ts';

/** Rooms in which no other packs can be pulled than those of `registry`; only the room of the packs is open. */
export const roomsWithRegistry = (registry: readonly PublishedPack[]): Rooms => ({
  ...lockedRooms,
  packs: async () => {
    const room = await import('../../src/packs/index.ts');
    return {
      ...room,
      publishedPacks: registry,
      publishedPack: (name) => room.publishedPack(name, registry),
      knownPacks: (folder) => room.knownPacks(folder, registry),
      knownPack: (name, folder) => room.knownPack(name, folder, registry),
      pullPack: (name, options) => room.pullPack(name, { ...options, registry, retryMs: 1 }),
      verifyPack: (name, options) => room.verifyPack(name, { ...options, registry }),
    };
  },
});
