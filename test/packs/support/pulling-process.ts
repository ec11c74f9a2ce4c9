/** A process that pulls the pack `narrow`: `node pulling-process.js FOLDER URL`. */
import { pullPack } from '../../../src/packs/index.ts';
import { narrowPack, narrowSha256 } from './narrow-facenet.ts';

const [folder, url] = process.argv.slice(2) as [string, string];
const registry = [narrowPack([{ what: 'weights', sources: [{ url, sha256: narrowSha256 }] }])];
const { wasThere } = await pullPack('narrow', { folder, registry });
process.stdout.write(wasThere ? 'there' : 'pulled');
