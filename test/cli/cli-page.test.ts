import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';
import type { Run } from '../../src/cli/run.ts';
import { verbs } from '../../src/cli/verb-table.ts';
import { inRepository } from '../support/repository.ts';

const page = await readFile(inRepository('docs', 'cli.md'), 'utf8');
const run = {} as Run;
const program = createProgram(run, '0.0.0');
for (const [i, { load }] of verbs.entries()) (await load())(program.commands[i]!, run);

/** Text below each `## visage VERB` and `### visage VERB ACTION`, up to the next of either. */
const sections = new Map(
  page.split(/^###? /m).flatMap((section) => {
    const [, name] = /^visage ([a-z]+(?: [a-z-]+)?)\n/.exec(section) ?? [];
    return name === undefined ? [] : [[name, section] as const];
  }),
);

/** Verbs, and the actions of those that have some, by their full names. */
const commands = new Map(
  program.commands.flatMap((verb) => [
    [verb.name(), verb] as const,
    ...verb.commands.map((action) => [`${verb.name()} ${action.name()}`, action] as const),
  ]),
);

/** The flags of a section's table, with the default that the table states. */
const flagsIn = (section: string): Map<string, string> =>
  new Map(
    Array.from(section.matchAll(/^\| `(--[^`]+)` \|.*\| ?(.*?) \|$/gm), ([, flag, byDefault]) => [
      flag!,
      byDefault!.replaceAll('`', ''),
    ]),
  );

test('docs/cli.md has a section for every verb, and for no other', () => {
  assert.deepEqual([...sections.keys()].sort(), [...commands.keys()].sort());
});

for (const [name, verb] of commands) {
  test(`visage ${name}: the page and the program know the same flags and defaults`, () => {
    const section = sections.get(name) ?? '';
    const documented = flagsIn(section);
    assert.deepEqual([...documented.keys()].sort(), verb.options.map(({ flags }) => flags).sort());
    for (const { flags, defaultValue } of verb.options) {
      if (defaultValue !== undefined) assert.equal(documented.get(flags), String(defaultValue), flags);
    }
  });

  test(`visage ${name}: the help says what it does, gives an example, and explains every flag`, () => {
    let help = '';
    verb.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    assert.match(help, /Examples:\n {2}visage /);
    assert.notEqual(verb.summary(), '');
    for (const { flags, description } of verb.options) assert.notEqual(description, '', flags);
    for (const argument of verb.registeredArguments)
      assert.notEqual(argument.description, '', argument.name());
  });
}

test('the list of verbs on the page says what the program says', () => {
  const rows = Array.from(page.matchAll(/^\| \[`(\w+)`\]/gm), ([, name]) => name);
  assert.deepEqual(
    rows,
    program.commands.map((verb) => verb.name()),
  );
});
