import { once } from 'node:events';
import { visageError } from '../../kernel/index.ts';
import { serverLimits } from '../../serve/index.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { addFlags, readFlags } from '../flags.ts';
import { packageFile } from '../package-file.ts';
import type { RegisterVerb, Run } from '../run.ts';

const description = `Answer over HTTP: the API of Visage under /api/v1, its description at /openapi.json and /docs.

Listens on this machine only, unless --host says otherwise. People and their faces are kept in the gallery, one file. Ctrl-C or SIGTERM: takes no more requests, finishes those it has, and ends. The log goes to stderr, one JSON line each.`;

const examples = `
Examples:
  visage serve --without-keys
  visage serve --gallery family.gallery --port 9000 --without-keys`;

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

interface ServeFlags {
  readonly gallery: string;
  readonly host: string;
  readonly withoutKeys?: boolean;
}

export const registerServe: RegisterVerb = (program, run) => {
  const command = program
    .command('serve')
    .summary('answer over HTTP')
    .description(description)
    .option('--gallery <file>', 'where the people are kept; made where it is not there', 'people.gallery')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--without-keys', 'take requests without a key, from this machine only')
    .addHelpText('after', examples);
  addFlags(command, portSchema);
  addNetworkFlags(command);
  addFlags(command, serverLimits, { maxActive: 'two a core and one more' });
  addOutputFlags(command).action(async (flags: ServeFlags) => {
    if (flags.withoutKeys !== true) {
      const problem = 'Who may ask? Give --without-keys: whoever uses this machine.';
      throw visageError('USAGE', { problem, command: 'visage serve' });
    }
    await serve(run, flags, {
      ...readFlags(command, serverLimits),
      ...readNetworkFlags(command),
      port: readFlags(command, portSchema).port,
    });
  });
};

async function serve(
  run: Run,
  { gallery, host }: ServeFlags,
  { port, ...options }: { port: number } & Partial<Record<string, unknown>>,
): Promise<void> {
  const { openServer } = await run.rooms.serve();
  await using server = await openServer({
    ...options,
    galleryPath: gallery,
    version: packageFile().version,
    log: { level: 'info', stream: process.stderr },
  });
  run.interruption.kept = 'everything that was answered is kept';
  const address = await server.listen(host, port);
  run.output.note(`Listening on ${address} (API: ${address}/docs). Ctrl-C ends.`);
  await run.output.document({ address });
  if (!run.signal.aborted) await once(run.signal, 'abort');
}
