import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';
import type { Run } from '../../src/cli/run.ts';
import { inRepository } from '../support/repository.ts';

const page = await readFile(inRepository('docs', 'cli.md'), 'utf8');
const program = createProgram({} as Run, '0.0.0');

/** Text below each `## visage VERB`. */
const sections = new Map(
  page
    .split(/^## /m)
    .map(
      (section) =>
        /^visage (\w+)\n/.exec(section) && ([/^visage (\w+)\n/.exec(section)![1]!, section] as const),
    )
    .filter((entry) => entry !== null),
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
  assert.deepEqual([...sections.keys()].sort(), program.commands.map((verb) => verb.name()).sort());
});

for (const verb of program.commands) {
  test(`visage ${verb.name()}: the page and the program know the same flags and defaults`, () => {
    const section = sections.get(verb.name()) ?? '';
    const documented = flagsIn(section);
    assert.deepEqual([...documented.keys()].sort(), verb.options.map(({ flags }) => flags).sort());
    for (const { flags, defaultValue } of verb.options) {
      if (defaultValue !== undefined) assert.equal(documented.get(flags), String(defaultValue), flags);
    }
  });

  test(`visage ${verb.name()}: the help says what it does, gives an example, and explains every flag`, () => {
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
