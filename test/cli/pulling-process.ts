/** `visage models …` in a process of its own, with `narrow` to be pulled: `node pulling-process.js URL models …`. */
import { runCommandLine } from '../../src/cli/command-line.ts';
import { narrowPack, narrowSha256 } from '../packs/support/narrow-facenet.ts';
import { roomsWithRegistry } from './local-registry.ts';

const [url, ...argv] = process.argv.slice(2) as [string, ...string[]];
const { stdout, stderr, env } = process;
const rooms = roomsWithRegistry([
  narrowPack([{ what: 'weights', sources: [{ url, sha256: narrowSha256 }] }]),
]);
process.exitCode = await runCommandLine(argv, { stdout, stderr, env, rooms });
