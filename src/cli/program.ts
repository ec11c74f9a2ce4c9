import { Command } from 'commander';
import type { Run } from './run.ts';
import { verbs } from './verb-table.ts';

const introduction = `Who is in this photograph? Visage finds the faces in photographs and names them.

The job, start to end:
  visage prepare photos/                       find and cut out the faces
  visage embed faces-dataset.npz               turn each into 128 numbers
  visage train faces-embeddings.npz            learn whose is whose
  visage identify party.jpg --classifier classifier.json`;

const closing = `
Results go to stdout, progress and remarks to stderr; --json gives one JSON document.
Exit codes: 0 done, 1 the work failed, 2 wrong usage.
Each verb explains itself: visage <verb> --help`;

/**
 * The program with all its verbs. Nothing runs until it parses a command line; what the verb of that line takes
 * is loaded then.
 */
export function createProgram(run: Run, version: string): Command {
  const program = new Command('visage')
    .usage('<verb> [arguments]')
    .description(introduction)
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show this help')
    .helpCommand('help [verb]', 'explain the program or a verb')
    .configureHelp({ subcommandTerm: (verb) => verb.name(), showGlobalOptions: false })
    .addHelpText('after', closing)
    .commandsGroup('Verbs:')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void run.output.raw(text),
      // Commander's own sentences go through the error table; the help that a missing verb shows stays.
      writeErr: (text) =>
        void (text.startsWith('error:') || run.output.json || run.output.note(text.trimEnd())),
    });
  const loaders = new Map<Command, () => Promise<void>>();
  for (const { name, summary, load } of verbs) {
    const command = program.command(name).summary(summary);
    loaders.set(command, async () => (await load())(command, run));
  }
  program.hook('preSubcommand', (_, command) => loaders.get(command)?.());
  return program;
}
