import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestedCacheFolder, userCacheFolder } from '../../src/packs/cache-folder.ts';

const at = (platform: NodeJS.Platform, env: Record<string, string> = {}): string =>
  userCacheFolder({ env, platform, home: '/home/ada' });

test('the cache folder follows the customs of each system', () => {
  assert.equal(at('linux'), '/home/ada/.cache/visage');
  assert.equal(at('linux', { XDG_CACHE_HOME: '/big/cache' }), '/big/cache/visage');
  assert.equal(at('linux', { XDG_CACHE_HOME: '' }), '/home/ada/.cache/visage');
  assert.equal(at('linux', { XDG_CACHE_HOME: 'here' }), '/home/ada/.cache/visage');
  assert.equal(at('darwin', { XDG_CACHE_HOME: '/x' }), '/home/ada/Library/Caches/visage');
  assert.equal(at('win32').replaceAll('\\', '/'), '/home/ada/AppData/Local/visage/Cache');
  assert.equal(at('win32', { LOCALAPPDATA: '/local' }).replaceAll('\\', '/'), '/local/visage/Cache');
});

test('VISAGE_CACHE is a request, an empty one is none', () => {
  assert.equal(requestedCacheFolder({ VISAGE_CACHE: '/here' }), '/here');
  assert.equal(requestedCacheFolder({ VISAGE_CACHE: '' }), undefined);
  assert.equal(requestedCacheFolder({}), undefined);
});
