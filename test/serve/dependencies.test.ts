import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRepository } from '../support/repository.ts';

test('docs/dependencies.md names every package that is installed with Visage, and no other', () => {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(inRepository('package.json'), 'utf8'),
  ) as Record<'dependencies' | 'optionalDependencies', Record<string, string>>;
  const page = readFileSync(inRepository('docs/dependencies.md'), 'utf8');
  const named = Array.from(page.matchAll(/^\| `([^`]+)` \|/gm), ([, name]) => name!);
  const installed = Object.keys({ ...dependencies, ...optionalDependencies });
  assert.deepEqual(named.sort(), installed.sort());
});
