import type { CommanderError } from 'commander';
import { type VisageError, visageError } from '../kernel/index.ts';

/**
 * What commander has to say about a wrong command line, as a row of the error table: commander writes
 * `error: unknown option '--jsom'\n(Did you mean --json?)`, we say it in sentences.
 * @param verb the verb that was being read, if one was
 */
export function usageError(error: CommanderError, verb: string | undefined): VisageError {
  const command = verb === undefined ? 'visage' : `visage ${verb}`;
  if (error.code === 'commander.help') {
    return visageError('USAGE', { problem: 'A verb is missing: say what to do.', command });
  }
  const [first = '', ...rest] = error.message
    .replace(/^error:\s*/, '')
    .replace('unknown command', 'unknown verb')
    .split('\n');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.?$/, '.');
  const suggestion = rest
    .join(' ')
    .trim()
    .replace(/^\((.*)\)$/, '$1');
  return visageError('USAGE', {
    problem: suggestion === '' ? sentence : `${sentence} ${suggestion}`,
    command,
  });
}
