import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export type Handler = (request: IncomingMessage, response: ServerResponse, seen: readonly Seen[]) => void;

/** A server of files on this machine, which can misbehave. */
export interface FileServer extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly seen: readonly Seen[];
}

export async function serveFiles(handlers: Readonly<Record<string, Handler>>): Promise<FileServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const before = [...seen];
    seen.push({ method: request.method ?? '', path, headers: request.headers });
    const handler = handlers[path];
    if (handler === undefined) response.writeHead(404).end('nothing here');
    else handler(request, response, before);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Serves `bytes` as servers do: with its length, an entity tag and parts of it. */
export const whole =
  (bytes: Uint8Array, etag = '"first"'): Handler =>
  (request, response) => {
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const same = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const common = { etag, 'content-type': 'application/octet-stream' };
    if (from === undefined || !same) {
      response.writeHead(200, { ...common, 'content-length': bytes.length }).end(bytes);
    } else if (Number(from) >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    } else {
      const part = bytes.subarray(Number(from));
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, { ...common, 'content-length': part.length, 'content-range': range }).end(part);
    }
  };

/** Serves the first `count` bytes, then breaks the connection off; `next` from the second request on. */
export const brokenAfter =
  (bytes: Uint8Array, count: number, next: Handler = whole(bytes), etag = '"first"'): Handler =>
  (request, response, seen) => {
    if (seen.some(({ path }) => path === request.url)) return next(request, response, seen);
    response.writeHead(200, { 'content-length': bytes.length, etag });
    // Only then: a reader drops what it has not looked at yet when its connection breaks.
    response.write(bytes.subarray(0, count), () => setTimeout(() => request.socket.end(), 300));
  };

/** Always the same answer. */
export const replies =
  (
    status: number,
    headers: Readonly<Record<string, string | number>> = {},
    body?: string | Uint8Array,
  ): Handler =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

export const redirectsTo = (location: string): Handler => replies(302, { location }, 'moved');

/** Sends the first `count` bytes and then nothing; `next` from the second request on. */
export const stuckAfter =
  (bytes: Uint8Array, count: number, next: Handler = whole(bytes)): Handler =>
  (request, response, seen) => {
    if (seen.some(({ path }) => path === request.url)) return next(request, response, seen);
    response.writeHead(200, { 'content-length': bytes.length, etag: '"first"' });
    response.write(bytes.subarray(0, count));
  };

/** Takes its time. */
export const slowly =
  (bytes: Uint8Array, pauseMs: number): Handler =>
  (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 1000));
    setTimeout(() => response.end(bytes.subarray(1000)), pauseMs);
  };

/** Answers for a part with another part. */
export const otherPart =
  (bytes: Uint8Array, from: number): Handler =>
  (request, response, seen) => {
    if (request.headers.range === undefined) return whole(bytes)(request, response, seen);
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { 'content-range': range }).end(bytes.subarray(from));
  };

/** In pieces, without saying how long it is. */
export const inPieces =
  (bytes: Uint8Array, pieceBytes: number): Handler =>
  (_, response) => {
    response.writeHead(200);
    for (let at = 0; at < bytes.length; at += pieceBytes) response.write(bytes.subarray(at, at + pieceBytes));
    response.end();
  };
