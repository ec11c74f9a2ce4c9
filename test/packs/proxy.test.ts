import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serveFiles, whole } from './support/file-server.ts';
import { narrowFile } from './support/narrow-facenet.ts';

const root = await mkdtemp(join(tmpdir(), 'visage-proxy-'));
after(() => rm(root, { recursive: true, force: true }));
let nextFolder = 0;
const freshFolder = (): string => join(root, `models-${nextFolder++}`);

/** Passes CONNECT on and counts; `http://…` requests too. */
async function proxy() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const target = new URL(request.url ?? '');
    void fetch(target).then(async (found) => {
      const bytes = Buffer.from(await found.arrayBuffer());
      response.writeHead(found.status, { 'content-length': bytes.length }).end(bytes);
    });
  });
  server.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const there = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      there.write(head);
      there.pipe(socket).pipe(there);
    });
    for (const end of [there, socket]) end.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

const withoutProxies = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/proxy/i.test(name)));

describe('a proxy', () => {
  const script = fileURLToPath(new URL('support/pulling-process.js', import.meta.url));
  const pullWith = async (env: Record<string, string>): Promise<void> => {
    await using server = await serveFiles({ '/a': whole(narrowFile) });
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, freshFolder(), `${server.url}/a`],
      { env: { ...withoutProxies(), ...env } },
    );
    assert.equal(stdout, 'pulled');
  };

  const skip =
    spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl for a certificate, absent here';

  test('named by HTTPS_PROXY is passed through, encrypted from end to end', { skip }, async () => {
    const [key, certificate] = [join(root, 'key.pem'), join(root, 'certificate.pem')];
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...name];
    execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const pair = { key: await readFile(key), cert: await readFile(certificate) };
    const server = createSecureServer(pair, (message, response) => whole(narrowFile)(message, response, []));
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { asked, url, close } = await proxy();
    try {
      const { port } = server.address() as AddressInfo;
      const from = `https://localhost:${port}/a`;
      const env = { ...withoutProxies(), NODE_EXTRA_CA_CERTS: certificate, HTTPS_PROXY: url };
      const { stdout } = await promisify(execFile)(process.execPath, [script, freshFolder(), from], { env });
      assert.equal(stdout, 'pulled');
      assert.deepEqual(asked, [`localhost:${port}`]);
    } finally {
      close();
      server.closeAllConnections();
      server.close();
    }
  });

  test('named by HTTP_PROXY is used, unless NO_PROXY names the server', async () => {
    const { asked, url, close } = await proxy();
    try {
      await pullWith({ HTTP_PROXY: url });
      assert.equal(asked.length, 1);
      await pullWith({ http_proxy: url, NO_PROXY: '127.0.0.1' });
      assert.equal(asked.length, 1);
    } finally {
      close();
    }
  });
});
