import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { zipSync } from 'fflate';
import { type ProgressEvent, VisageError } from '../../src/kernel/index.ts';
import {
  openPack,
  pullPack,
  type FileSource,
  type PublishedPack,
  type PulledPack,
  type PullPackOptions,
} from '../../src/packs/index.ts';
import { sha256 } from '../../src/packs/definition.ts';
import { Transport } from '../../src/packs/download/transport.ts';
import {
  brokenAfter,
  inPieces,
  otherPart,
  redirectsTo,
  replies,
  serveFiles,
  slowly,
  stuckAfter,
  whole,
  type Handler,
} from './support/file-server.ts';
import { narrowFile, narrowPack, narrowSha256 } from './support/narrow-facenet.ts';

const root = await mkdtemp(join(tmpdir(), 'visage-pull-'));
after(() => rm(root, { recursive: true, force: true }));
let nextFolder = 0;
const freshFolder = (): string => join(root, `models-${nextFolder++}`);

const packOf = (sources: readonly FileSource[], more: Partial<PublishedPack> = {}): PublishedPack =>
  narrowPack([{ what: 'weights', sources }], more);

interface Served extends PulledPack {
  readonly folder: string;
}

/** Pulls `narrow` from handlers at /a, /b, … tried in that order. */
async function pullFrom(
  handlers: readonly Handler[],
  options: PullPackOptions & { readonly pack?: Partial<PublishedPack> } = {},
): Promise<Served & { readonly paths: readonly string[]; readonly ranges: readonly (string | undefined)[] }> {
  const paths = handlers.map((_, i) => `/${String.fromCharCode(97 + i)}`);
  await using server = await serveFiles(
    Object.fromEntries(handlers.map((handler, i) => [paths[i]!, handler])),
  );
  const sources = paths.map((path) => ({
    url: `${server.url}${path}`,
    sha256: narrowSha256,
    sizeBytes: narrowFile.length,
  }));
  const { folder = freshFolder() } = options;
  const registry = [packOf(sources, options.pack)];
  const pulled = await pullPack('narrow', { retryMs: 1, registry, ...options, folder });
  return {
    ...pulled,
    folder,
    paths: server.seen.map(({ path }) => path),
    ranges: server.seen.map(({ headers }) => headers.range),
  };
}

const fails = (code: string, message: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof VisageError, String(thrown));
  assert.equal(thrown.code, code);
  assert.match(thrown.message, message);
  return true;
};

/** What lies in a models folder, folders of packs not opened. */
const contentOf = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.filter((entry) => !entry.startsWith('narrow')).sort();
};

describe('pull', () => {
  test('installs what the server gives, with progress, and leaves nothing else behind', async () => {
    const events: ProgressEvent[] = [];
    const { record, folder, wasThere } = await pullFrom([whole(narrowFile)], {
      progress: (event) => events.push(event),
    });
    assert.equal(wasThere, false);
    assert.equal(record.pack.name, 'narrow');
    assert.deepEqual(record.pack.embedder.preparation, {
      normalisation: { mean: 127.5, divisor: 128 },
      colourOrder: 'rgb',
    });
    assert.deepEqual(record.origins, [{ file: 'a', sha256: narrowSha256, sizeBytes: narrowFile.length }]);
    await openPack('narrow', { modelsFolder: folder });
    assert.deepEqual(await contentOf(folder), ['downloads']);
    assert.equal(events.at(-1)!.done, events.at(-1)!.total);
    assert.equal(events[0]!.stage, 'downloading a (kB)');
    assert.ok(events.every(({ done, total }) => done <= total!));
  });

  test('a pack that is there is not pulled again', async () => {
    const { folder } = await pullFrom([whole(narrowFile)]);
    const again = await pullFrom([whole(narrowFile)], { folder });
    assert.equal(again.wasThere, true);
    assert.deepEqual(again.paths, []);
  });

  test('a broken connection is taken up where it broke', async () => {
    const { ranges } = await pullFrom([brokenAfter(narrowFile, 50_000)]);
    assert.deepEqual(ranges, [undefined, 'bytes=50000-']);
  });

  test('what came before a stop is kept for the next pull', async () => {
    const folder = freshFolder();
    const abort = new AbortController();
    const progress = ({ done }: ProgressEvent): void => {
      if (done === 70) setTimeout(() => abort.abort(new Error('enough')), 10);
    };
    await assert.rejects(
      pullFrom([stuckAfter(narrowFile, 70_000)], { folder, progress, signal: abort.signal }),
      /enough/,
    );
    const parts = await contentOf(folder);
    assert.ok(parts.includes(`downloads/${narrowSha256}.part`), parts.join());
    assert.ok(!parts.some((part) => part.endsWith('.lock')), parts.join());
    // Another source of the same file: what is there counts, without the tag of the first.
    const { ranges } = await pullFrom([replies(404), whole(narrowFile, '"other"')], { folder });
    assert.equal(ranges[1], 'bytes=70000-');
  });

  test('a file that changed on the server meanwhile is fetched anew', async () => {
    const other = narrowFile.map((byte) => byte ^ 255);
    const changed = brokenAfter(other, 50_000, whole(narrowFile, '"second"'));
    const { ranges } = await pullFrom([changed]);
    assert.deepEqual(ranges, [undefined, 'bytes=50000-']);
  });

  test('a resumed file with the wrong hash is fetched once more from the start', async () => {
    const other = narrowFile.map((byte) => byte ^ 255);
    // Lies: the tag stays while the content changes.
    const { ranges } = await pullFrom([brokenAfter(other, 50_000, whole(narrowFile))]);
    assert.deepEqual(ranges, [undefined, 'bytes=50000-', undefined]);
  });

  test('a server that cannot go on, or sends another part, is asked for all of it', async () => {
    const noRanges = replies(200, { 'content-length': narrowFile.length }, narrowFile);
    await pullFrom([brokenAfter(narrowFile, 50_000, noRanges)]);
    const { ranges } = await pullFrom([brokenAfter(narrowFile, 50_000, otherPart(narrowFile, 10))]);
    assert.deepEqual(ranges, [undefined, 'bytes=50000-', undefined]);
  });

  test('404, errors of the server, a wrong hash, a short body, a web page: the next source is tried', async () => {
    const page = '<!DOCTYPE html><html><title>Sign in</title></html>';
    const bad: Readonly<Record<string, Handler>> = {
      'the server answers 404': replies(404),
      'the server answers 503': replies(503),
      'its SHA-256 is': whole(narrowFile.map((byte) => byte ^ 255)),
      'only 1000 of': replies(200, {}, narrowFile.subarray(0, 1000)),
      'a web page came': replies(200, { 'content-type': 'text/html; charset=utf-8' }, page),
      'the server offers 50 bytes': replies(200, { 'content-length': 50 }, page),
      'more than': replies(200, {}, Buffer.concat([narrowFile, narrowFile])),
    };
    for (const [reason, handler] of Object.entries(bad)) {
      const { paths } = await pullFrom([handler, whole(narrowFile)]);
      assert.equal(paths.at(-1), '/b', reason);
      const folder = freshFolder();
      await assert.rejects(pullFrom([handler], { folder }), fails('DOWNLOAD_FAILED', new RegExp(reason)));
      assert.ok(!(await contentOf(folder)).some((entry) => entry.includes('pack.json')), reason);
    }
  });

  test('a web page or pointer without a size to compare is recognised by its content', async () => {
    const pages = {
      'a web page was saved': '<html>You must log in',
      'Git-LFS pointer': 'version https://git-lfs.github.com/spec/v1\noid',
    };
    for (const [reason, page] of Object.entries(pages)) {
      const handler = replies(200, { 'content-type': 'application/octet-stream' }, page);
      await using server = await serveFiles({ '/a': handler });
      const registry = [packOf([{ url: `${server.url}/a`, sha256: narrowSha256 }])];
      const pulling = pullPack('narrow', { registry, folder: freshFolder(), retryMs: 1 });
      await assert.rejects(pulling, fails('DOWNLOAD_FAILED', new RegExp(reason)));
    }
  });

  test('redirects are followed, not for ever', async () => {
    await using server = await serveFiles({
      '/a': redirectsTo('/b'),
      '/b': (request, response, seen) =>
        redirectsTo(`http://${request.headers.host}/c`)(request, response, seen),
      '/c': brokenAfter(narrowFile, 50_000),
      '/loop': redirectsTo('/loop'),
      '/file': redirectsTo('file:///etc/passwd'),
    });
    const pullAt = (path: string) =>
      pullPack('narrow', {
        registry: [packOf([{ url: `${server.url}${path}`, sha256: narrowSha256 }])],
        folder: freshFolder(),
        retryMs: 1,
      });
    await pullAt('/a');
    // The second attempt goes the whole way again and asks for the rest at its end.
    assert.equal(
      server.seen.filter(({ path, headers }) => path === '/c' && headers.range === 'bytes=50000-').length,
      1,
    );
    await assert.rejects(pullAt('/loop'), fails('DOWNLOAD_FAILED', /redirects more than 10 times/));
    await assert.rejects(pullAt('/file'), fails('DOWNLOAD_FAILED', /no web address/));
  });

  test('says what to fetch by hand where nothing answers, and takes it from there', async () => {
    const folder = freshFolder();
    const url = 'http://127.0.0.1:9/weights/narrow%20net.pt';
    const registry = [packOf([{ url, sha256: narrowSha256, sizeBytes: narrowFile.length }])];
    await assert.rejects(pullPack('narrow', { registry, folder, retryMs: 1 }), (thrown) => {
      assert.ok(thrown instanceof VisageError);
      assert.equal(thrown.code, 'DOWNLOAD_FAILED');
      assert.ok(thrown.hint.includes(url));
      assert.ok(thrown.hint.includes(`put it as narrow net.pt into ${join(folder, 'downloads')}`));
      return true;
    });
    const byHand = join(folder, 'downloads', 'narrow net.pt');
    await writeFile(byHand, narrowFile.subarray(1));
    await assert.rejects(
      pullPack('narrow', { registry, folder, retryMs: 1 }),
      fails('DOWNLOAD_FAILED', /narrow net\.pt has \d+ bytes/),
    );
    await writeFile(byHand, narrowFile);
    const { record } = await pullPack('narrow', { registry, folder });
    assert.equal(record.origins[0]!.file, 'narrow net.pt');
    assert.equal((await stat(byHand)).size, narrowFile.length, 'what somebody put there stays');
  });

  test('a file inside an archive, at any depth; the archive is fetched once', async () => {
    const archive = zipSync({ 'models/narrow.pt': narrowFile, 'readme.txt': Buffer.from('hello') });
    const hash = sha256(archive);
    await using server = await serveFiles({ '/all.zip': whole(archive) });
    const source = (path: string, member = narrowSha256): FileSource => ({
      url: `${server.url}/all.zip`,
      sha256: hash,
      member: { path, sha256: member },
    });
    const pullMember = (given: FileSource) =>
      pullPack('narrow', { registry: [packOf([given])], folder: freshFolder(), retryMs: 1 });
    const { record } = await pullMember(source('narrow.pt'));
    assert.equal(record.origins[0]!.file, 'narrow.pt');
    await assert.rejects(pullMember(source('other.pt')), fails('DOWNLOAD_FAILED', /holds no other\.pt/));
    await assert.rejects(
      pullMember(source('narrow.pt', '0'.repeat(64))),
      fails('DOWNLOAD_FAILED', /narrow\.pt in it has the SHA-256/),
    );
    const before = server.seen.length;
    const both = narrowPack([
      { what: 'weights', sources: [source('narrow.pt')] },
      { what: 'text', sources: [source('readme.txt', sha256(Buffer.from('hello')))] },
    ]);
    await assert.rejects(
      pullPack('narrow', { registry: [both], folder: freshFolder() }),
      fails('WEIGHTS_NOT_A_MODEL', /readme/),
    );
    assert.equal(server.seen.length - before, 1);
  });

  test('asks for the licence before anything is downloaded', async () => {
    const pack = { needsAcceptance: true, licence: 'non-commercial' };
    await using server = await serveFiles({ '/a': whole(narrowFile) });
    const registry = [packOf([{ url: `${server.url}/a`, sha256: narrowSha256 }], pack)];
    const folder = freshFolder();
    await assert.rejects(
      pullPack('narrow', { registry, folder }),
      fails('LICENCE_NOT_ACCEPTED', /non-commercial/),
    );
    assert.equal(server.seen.length, 0);
    await pullPack('narrow', { registry, folder, acceptLicence: true });
    await assert.rejects(pullPack('other', { registry, folder }), fails('PACK_UNKNOWN', /narrow/));
  });

  test('two processes at once: one pulls, the other waits and finds it there', async () => {
    await using server = await serveFiles({ '/a': slowly(narrowFile, 1500) });
    const folder = freshFolder();
    const script = fileURLToPath(new URL('support/pulling-process.js', import.meta.url));
    const pull = () => promisify(execFile)(process.execPath, [script, folder, `${server.url}/a`]);
    const said = (await Promise.all([pull(), pull(), pull()])).map(({ stdout }) => stdout);
    assert.deepEqual(said.sort(), ['pulled', 'there', 'there']);
    assert.equal(server.seen.length, 1);
    await openPack('narrow', { modelsFolder: folder });
  });

  test('a process that is killed leaves a lock that the next one takes over', async () => {
    await using server = await serveFiles({ '/a': stuckAfter(narrowFile, 30_000) });
    const folder = freshFolder();
    const script = fileURLToPath(new URL('support/pulling-process.js', import.meta.url));
    const child = spawn(process.execPath, [script, folder, `${server.url}/a`], { stdio: 'ignore' });
    const part = join(folder, 'downloads', `${narrowSha256}.part`);
    while ((await stat(part).catch(() => undefined))?.size !== 30_000)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));
    assert.ok((await readdir(folder)).includes('.narrow.lock'));
    const registry = [packOf([{ url: `${server.url}/a`, sha256: narrowSha256 }])];
    await pullPack('narrow', { registry, folder });
    assert.equal(server.seen.at(-1)!.headers.range, 'bytes=30000-');
    assert.deepEqual((await readdir(folder)).sort(), ['downloads', 'narrow']);
  });
});

describe('a full disk', async () => {
  const disk = join(root, 'disk');
  await mkdir(disk);
  let mounted = false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk], { stdio: 'ignore' });
    mounted = true;
  } catch {
    // Only root may, and not everywhere.
  }
  after(() => {
    if (mounted) execFileSync('umount', [disk]);
  });
  const skip = mounted ? false : 'a disk of 128 kB cannot be mounted here';

  test('is seen before the download where the size is known', { skip }, async () => {
    await assert.rejects(
      pullFrom([whole(narrowFile)], { folder: disk }),
      fails('FILE_UNWRITABLE', /0\.\d MB are needed, and 0\.1 MB are free/),
    );
  });

  test('is met on the way where it is not; what was written is given back', { skip }, async () => {
    const unsaid = inPieces(narrowFile, 10_000);
    await using server = await serveFiles({ '/a': unsaid, '/b': unsaid });
    const sources = ['/a', '/b'].map((path) => ({ url: server.url + path, sha256: narrowSha256 }));
    const pulling = pullPack('narrow', { registry: [packOf(sources)], folder: disk, retryMs: 1 });
    await assert.rejects(pulling, fails('FILE_UNWRITABLE', /no space is left on the disk/));
    assert.deepEqual(await contentOf(disk), ['downloads']);
    assert.equal(server.seen.length, 1, 'another source would not help');
  });
});

test('a redirect from https to http is refused unless it is asked for', async () => {
  const asked: string[] = [];
  const body = Object.assign(
    (async function* () {
      yield narrowFile;
    })(),
    { destroy: () => {} },
  );
  const send = async ({ href }: URL) => {
    asked.push(href);
    const headers = href.startsWith('https:') ? { location: 'http://mirror.example/file' } : {};
    return { status: href.startsWith('https:') ? 307 : 200, headers, body };
  };
  const url = 'https://files.example/file';
  await assert.rejects(new Transport(send).get(url, {}), /from https to http:\/\/mirror\.example/);
  assert.deepEqual(asked, [url]);
  assert.equal((await new Transport(send, { allowHttp: true }).get(url, {})).status, 200);
});
