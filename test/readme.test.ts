import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readmeCommands } from './support/readme.ts';
import { inRepository } from './support/repository.ts';

const readme = readFileSync(inRepository('README.md'), 'utf8');

test('every command of the README is one that a test or the continuous integration runs', () => {
  const { scripts } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const integration = readFileSync(inRepository('.ci/run'), 'utf8');
  // `npx visage` lines are run in test/cli/demo/demo.test.ts, on what the demo leaves.
  const others = readmeCommands().filter((command) => !command.startsWith('npx visage '));
  assert.deepEqual(others, ['npm ci && npm run demo', 'npm ci && npm test']);
  assert.match(integration, /^npm ci /m);
  assert.match(integration, /^npm test$/m);
  assert.match(scripts['demo']!, /cli\/main\.js demo$/);
});

test('every file that the README links to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)/g)].map((match) => match[1]!);
  assert.ok(links.length >= 5);
  for (const link of links) assert.ok(existsSync(inRepository(link)), link);
});
