import { CommanderError } from 'commander';
import { toVisageError } from '../kernel/index.ts';
import { Interruption } from './interruption.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import type { Run } from './run.ts';
import type { Surroundings } from './surroundings.ts';
import { usageError } from './usage.ts';
import { packageFile } from './package-file.ts';

/** Whether `flag` was given; what follows `--` are arguments. Asked before parsing, which may fail. */
function given(argv: readonly string[], flag: string): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes(flag);
}

/**
 * Runs one command line from start to end and gives the exit code: 0 done, 1 the work failed, 2 wrong usage.
 * Never throws; never ends the process.
 * @param argv the arguments alone, without program and script
 */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const output = new Output(surroundings, {
    json: given(argv, '--json'),
    quiet: given(argv, '--quiet'),
    debug: given(argv, '--debug'),
  });
  using interruption = new Interruption(() => output.note('Stopping. Press Ctrl-C again to end at once.'));
  let verb: string | undefined;
  let exitCode = 0;
  const run: Run = {
    rooms: surroundings.rooms,
    output,
    progress: output.progress.listener,
    signal: interruption.signal,
    interruption,
    fail: () => {
      exitCode = 1;
    },
  };
  const program = createProgram(run, packageFile().version);
  program.hook('preSubcommand', (_, command) => {
    verb = command.name();
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError && thrown.exitCode === 0)) {
      const error = thrown instanceof CommanderError ? usageError(thrown, verb) : toVisageError(thrown);
      await output.error(error);
      exitCode = error.exitCode;
    }
  }
  output.progress.end();
  return exitCode;
}
