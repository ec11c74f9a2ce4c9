import { CommanderError } from 'commander';
import { toVisageError, VisageError } from '../kernel/index.ts';
import { Interruption } from './interruption.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import type { Run } from './run.ts';
import type { Surroundings } from './surroundings.ts';
import { usageError } from './usage.ts';
import { packageFile } from './package-file.ts';
import { verbs } from './verb-table.ts';

/** Whether `flag` was given; what follows `--` are arguments. Asked before parsing, which may fail. */
function given(argv: readonly string[], flag: string): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes(flag);
}

/**
 * `help VERB` as `VERB --help`, which loads what the verb takes before it explains it. What is no verb is told as
 * where it stands alone.
 */
function withoutHelpVerb(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  const words = rest.filter((word) => !word.startsWith('-'));
  if (first !== 'help' || words.length === 0) return argv;
  const isVerb = verbs.some(({ name }) => name === words[0]);
  return [...words, ...rest.filter((word) => word.startsWith('-')), ...(isVerb ? ['--help'] : [])];
}

const isInterrupted = (thrown: unknown): boolean =>
  thrown instanceof VisageError && thrown.code === 'INTERRUPTED';

/**
 * Runs one command line from start to end and gives the exit code: 0 done, 1 the work failed, 2 wrong usage.
 * Never throws; ends the process itself only on a fault that nothing waits for.
 * @param argv the arguments alone, without program and script
 */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const output = new Output(surroundings, {
    json: given(argv, '--json'),
    quiet: given(argv, '--quiet'),
    debug: given(argv, '--debug'),
  });
  using interruption = new Interruption(() => output.note('Stopping. Press Ctrl-C again to end at once.'));
  const { signal } = interruption;
  // With its action, where it has some.
  let verb: string | undefined;
  let exitCode = 0;
  const run: Run = {
    rooms: surroundings.rooms,
    output,
    progress: output.progress.listener,
    signal,
    interruption,
    env: surroundings.env,
    ask: surroundings.ask,
    fail: () => {
      exitCode = 1;
    },
  };
  const program = createProgram(run, packageFile().version);
  program.hook('preSubcommand', (_, command) => {
    const action = argv.find((word) => command.commands.some((each) => each.name() === word));
    verb = action === undefined ? command.name() : `${command.name()} ${action}`;
  });
  const report = async (thrown: unknown): Promise<void> => {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return; // help and version end this way
    let error: VisageError;
    if (thrown instanceof CommanderError) error = usageError(thrown, verb);
    // Whatever else work says about being stopped, the person who stopped it is told what was kept.
    else error = toVisageError(signal.aborted && !isInterrupted(thrown) ? signal.reason : thrown);
    exitCode = error.exitCode;
    await output.error(error);
  };
  // A fault outside of what is awaited must look like any other and end the program.
  const onFault = (thrown: unknown): void => {
    void report(toVisageError(thrown)).finally(() => process.exit(1));
  };
  process.once('uncaughtException', onFault);
  await program.parseAsync(withoutHelpVerb(argv), { from: 'user' }).catch(report);
  await output.finish().catch(report);
  process.off('uncaughtException', onFault);
  return exitCode;
}
