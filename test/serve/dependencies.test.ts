import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
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

test('docs/dependencies.md names what is built into the page: the packages that its sources import', () => {
  const page = readFileSync(inRepository('docs/dependencies.md'), 'utf8');
  const named = Array.from(page.matchAll(/^- `([^`]+)`: /gm), ([, name]) => name!);
  const imported = new Set<string>();
  for (const file of readdirSync(inRepository('web'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file) || file === 'vite.config.ts') continue;
    const source = readFileSync(inRepository('web', file), 'utf8');
    for (const [, specifier] of source.matchAll(/from '([^'.][^']*)'/g))
      imported.add(specifier!.split('/')[0]!);
  }
  assert.deepEqual(named.sort(), [...imported].sort());
  const { devDependencies } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  for (const name of named) assert.ok(devDependencies[name] !== undefined, name);
});

const release = (version: string | undefined) => version?.split('.').slice(0, 2);

test('ONNX Runtime is the same release in Node and in the browser', () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(inRepository('package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  assert.deepEqual(release(devDependencies['onnxruntime-web']), release(dependencies['onnxruntime-node']));
});
