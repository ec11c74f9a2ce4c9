import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { squaring } from '../support/networks.ts';

const home = await mkdtemp(join(tmpdir(), 'visage-test-'));
after(() => rm(home, { recursive: true }));

/** Neither the variable itself nor those by which ONNX Runtime knows a build pipeline and keeps quiet. */
const silenced =
  /^(?:ORT_|CI$|TF_BUILD$|GITHUB_|GITLAB_|JENKINS_|BUILD_|TRAVIS$|CIRCLECI$|APPVEYOR$|TEAMCITY_)/;
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !silenced.test(name))),
  HOME: home,
  XDG_CACHE_HOME: join(home, 'cache'),
};
const photos = Array.from({ length: 2000 }, (_, i) => `photographs/of/people/picture-${i}.jpg`);
const runtime = new URL('../../src/runtime/index.js', import.meta.url).href;
const model = JSON.stringify(squaring);

const programs = {
  'the pool': `const pool = openInferencePool({ workers: 1 }); await pool.warm([${model}]); await pool.close();`,
  'a session on the calling thread': `const { readFile } = await import('node:fs/promises');
    await (await openLocalSession('squaring', await readFile(${model}.path))).close();`,
  'the question about bytes': 'await multipliesBytesExactly();',
};
for (const [what, program] of Object.entries(programs)) {
  test(`${what} survives the longest command line and leaves nothing behind for others`, async () => {
    const code = `import { multipliesBytesExactly, openInferencePool, openLocalSession } from '${runtime}';
      ${program}
      console.log('done');`;
    const args = ['--input-type=module', '-e', code, ...photos];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    assert.equal(stdout, 'done\n');
    assert.deepEqual(await readdir(home), []);
  });
}
