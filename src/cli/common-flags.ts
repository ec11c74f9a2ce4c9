import type { Command } from 'commander';
import type { OptionSchema } from '../kernel/index.ts';
import { addFlags, readFlags } from './flags.ts';

/** `--seed`: verbs with anything random in them. The generator takes 32 bits. */
export const seedSchema = {
  seed: {
    type: 'number',
    default: 0,
    integer: true,
    min: 0,
    max: 4294967295,
    description: 'start of the random numbers; the same seed gives the same result',
  },
} as const satisfies OptionSchema;

// 0 stands for "one a core", which is not the same number on every machine.
const workersSchema = {
  workers: {
    type: 'number',
    default: 0,
    integer: true,
    min: 0,
    max: 64,
    description: 'threads that run the networks; 0: one a core',
  },
} as const satisfies OptionSchema;

/** What every verb understands. */
export function addOutputFlags(command: Command): Command {
  return command
    .option('--json', 'print the result as one JSON document on stdout, errors too')
    .option('--quiet', 'no progress and no remarks on stderr; errors stay')
    .option('--debug', 'with an error, show where in the program it happened');
}

/** `--workers`: verbs that run networks. */
export const addWorkersFlag = (command: Command): Command => addFlags(command, workersSchema);

/** What {@link addWorkersFlag} added, without what was not given. */
export function readWorkers(command: Command): { workers?: number } {
  const { workers } = readFlags(command, workersSchema);
  return workers === 0 ? {} : { workers };
}

/** `--pack` and `--workers`: verbs that run networks. */
export function addNetworkFlags(command: Command, packDefault = 'bundled'): Command {
  command.option('--pack <name>', `networks to use (default: ${packDefault})`);
  return addWorkersFlag(command);
}

/**
 * What {@link addNetworkFlags} added, without what was not given.
 * @param pack what `--pack` comes to, where other flags have a say in it
 */
export function readNetworkFlags(
  command: Command,
  pack: string | undefined = command.opts<{ pack?: string }>().pack,
): { pack?: string; workers?: number } {
  return { ...(pack === undefined ? {} : { pack }), ...readWorkers(command) };
}
