import { once } from 'node:events';
import { visageError } from '../../kernel/index.ts';
import { compreFaceSettings, serverLimits } from '../../serve/index.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { addFlags, readFlags } from '../flags.ts';
import { packageFile } from '../package-file.ts';
import { addGalleryFlags, galleryKey, galleryPath, type GalleryFlags } from '../gallery-access.ts';
import type { DefineVerb, Run } from '../run.ts';
import { giveHeapRoom } from '../heap-room.ts';
import { RequestLog } from '../view/request-log.ts';
import { keysPath } from './keys/key-flags.ts';
import { addMaxFalseAcceptFlag, readMaxFalseAccept } from '../unknown-flags.ts';

const description = `Answer over HTTP: the API of Visage under /api/v1, its description at /openapi.json and /docs.

Listens on this machine only, unless --host says otherwise. People and their faces are kept in the gallery, one file; keys and the audit log beside it. Ctrl-C or SIGTERM: takes no more requests, finishes those it has, and ends. The log goes to stderr: JSON lines for programs, on a terminal a line for each answer.`;

const examples = `
Examples:
  visage serve --without-keys
  visage keys create "My phone" --scope write
  visage serve --host 0.0.0.0 --port 9000`;

const portSchema = {
  port: {
    type: 'number',
    default: 8000,
    min: 0,
    max: 65535,
    integer: true,
    description: 'port; 0: any free one',
  },
} as const;

/** Of 64, 128 and 256 the smallest: it has nearly all of the gain. */
const heapRoomMb = 64;

interface ServeFlags extends GalleryFlags {
  readonly host: string;
  readonly withoutKeys?: boolean;
  readonly keys?: string;
  readonly audit?: string;
}

export const defineServe: DefineVerb = (command, run) => {
  command
    .description(description)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--without-keys', 'take requests without a key, from this machine only')
    .option('--keys <file>', 'file of the keys, see visage keys (default: that of the gallery with .keys)')
    .option('--audit <file>', 'who did what, appended (default: that of the gallery with .audit.jsonl)')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addMaxFalseAcceptFlag(command, '0.001, where the pack is calibrated');
  addFlags(command, portSchema);
  addNetworkFlags(command);
  addFlags(command, serverLimits, { maxActive: 'two a core and one more' });
  addFlags(command, compreFaceSettings);
  addOutputFlags(command).action(async (flags: ServeFlags) => {
    const { port } = readFlags(command, portSchema);
    const maxFalseAccept = readMaxFalseAccept(command);
    await serve(run, flags, port, {
      ...(maxFalseAccept !== undefined && { maxFalseAccept }),
      ...readFlags(command, serverLimits),
      ...readFlags(command, compreFaceSettings),
      ...readNetworkFlags(command),
    });
  });
};

/** The log as JSON lines for programs; a person at a terminal gets a line for each answer. */
function logStream({ output }: Run): NodeJS.WritableStream {
  const { interactive, color } = output.stderrTraits;
  return interactive ? new RequestLog((line) => output.note(line), color) : process.stderr;
}

async function serve(run: Run, flags: ServeFlags, port: number, options: object): Promise<void> {
  const { openServer, KeyFile } = await run.rooms.serve();
  const gallery = galleryPath(run, flags);
  const key = await galleryKey(run, flags);
  const keys = keysPath(run, flags);
  const { host, audit = `${gallery}.audit.jsonl` } = flags;
  if (flags.withoutKeys !== true) {
    const known = await new KeyFile(keys).list();
    if (known.every(({ revokedAtMs }) => revokedAtMs !== null)) {
      const problem = `Who may ask? There is no key in ${keys}: make one with visage keys create, or give --without-keys to take requests of this machine without one.`;
      throw visageError('USAGE', { problem, command: 'visage serve' });
    }
  }
  await using server = await openServer({
    ...options,
    galleryPath: gallery,
    ...(key && { galleryKey: key }),
    auditPath: audit,
    ...(flags.withoutKeys === true ? {} : { keysPath: keys }),
    version: packageFile().version,
    log: { level: 'info', stream: logStream(run) },
  });
  run.interruption.kept = 'everything that was answered is kept';
  const takeHeapRoom = giveHeapRoom(heapRoomMb);
  const address = await server.listen(host, port);
  run.output.note(`Listening on ${address} (API: ${address}/docs). Ctrl-C ends.`);
  await run.output.document({ address });
  if (!run.signal.aborted) await once(run.signal, 'abort');
  takeHeapRoom();
}
