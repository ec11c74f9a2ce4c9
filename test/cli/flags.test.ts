import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addFlags, readFlags } from '../../src/cli/flags.ts';
import { VisageError } from '../../src/kernel/index.ts';

const schema = {
  maxDistance: { type: 'number', default: 0.8, exclusiveMin: 0, max: 2, description: 'farther is unknown' },
  kernel: { type: 'choice', choices: ['linear', 'rbf'], default: 'linear', description: 'kernel' },
  shrinking: { type: 'boolean', default: true, description: 'no shrinking' },
  verbose: { type: 'boolean', default: false, description: 'more' },
  C: { type: 'number', default: 1, exclusiveMin: 0, description: 'cost' },
} as const;

const parse = (...argv: string[]) => {
  const command = addFlags(new Command('train').option('--json'), schema);
  command.parse(argv, { from: 'user' });
  return readFlags(command, schema);
};

test('flags, defaults and values come from the schema', () => {
  const defaults = { maxDistance: 0.8, kernel: 'linear', shrinking: true, verbose: false, C: 1 };
  assert.deepEqual(parse(), defaults);
  assert.deepEqual(
    parse('--json', '--max-distance', '1.5', '--kernel=rbf', '--no-shrinking', '--verbose', '--C', '1e3'),
    {
      maxDistance: 1.5,
      kernel: 'rbf',
      shrinking: false,
      verbose: true,
      C: 1000,
    },
  );
});

const refusal = (...argv: string[]): VisageError => {
  try {
    parse(...argv);
  } catch (thrown) {
    if (thrown instanceof VisageError) return thrown;
  }
  return assert.fail(`${argv.join(' ')} was accepted`);
};

test('a wrong value is refused in the words of the flag, showing what was typed', () => {
  assert.equal(
    refusal('--max-distance', 'far').message,
    'visage train: option --max-distance is "far"; allowed: a number above 0 to 2.',
  );
  for (const argv of [
    ['--max-distance', ''],
    ['--max-distance', 'NaN'],
    ['--max-distance', '0'],
    ['--kernel', 'poly'],
    ['--C', '-1'],
  ]) {
    assert.equal(refusal(...argv).exitCode, 2);
  }
});
