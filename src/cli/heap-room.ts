import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** How often it is looked whether the heap has grown: galleries grow slowly. */
const lookEveryMs = 10_000;

/**
 * Lets what survives a while grow by `roomMb` before V8 collects the whole heap, for a process that works on
 * photos all the time.
 *
 * V8 counts the pixels of photos that are being worked on (8 MB each at 1920 px) against a limit that it sets by the
 * JavaScript heap, some 25 MB here: five photos at a time exceed it, so it walked the whole heap for every second
 * photo, which took an eighth of all processor time (`npm run bench:serve`). The flag is read at the end of every
 * collection. A heap that is larger than the room has V8's own limit, which grows with it.
 * @returns ends it
 */
export function giveHeapRoom(roomMb: number): () => void {
  let set = 0;
  const look = (): void => {
    const usedMb = getHeapStatistics().used_heap_size / 2 ** 20;
    const percent = usedMb < roomMb ? Math.round((100 * roomMb) / usedMb) : 0;
    if (Math.abs(percent - set) <= set / 4) return;
    set = percent;
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  };
  look();
  const timer = setInterval(look, lookEveryMs).unref();
  return () => {
    clearInterval(timer);
    if (set !== 0) setFlagsFromString('--heap-growing-percent=0');
  };
}
