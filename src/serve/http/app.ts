import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  fastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import { visageError } from '../../kernel/index.ts';
import { formOf, parseMultipart } from './multipart.ts';
import { UploadedFile } from './uploaded-file.ts';
import { buildValidator, fileKeyword } from './validation.ts';

export interface AppOptions {
  readonly maxBodyBytes: number;
  /** Where log lines go; absent: nowhere. */
  readonly log?: { readonly level: string; readonly stream: NodeJS.WritableStream };
}

/** A request id that a client may choose: nothing that could forge a log line. */
const safeId = /^[\w.-]{1,64}$/;

/** A Fastify instance whose handlers get the types of their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** The Fastify instance of a server: ids, log, and the bodies it takes. */
export function createApp({ maxBodyBytes, log }: AppOptions): App {
  const app: App = fastify({
    logger:
      log === undefined
        ? false
        : { level: log.level, stream: log.stream, serializers: { req: loggedRequest } },
    bodyLimit: maxBodyBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 600 },
    clientErrorHandler: refuseNonsense,
    // Node would refuse without a body; the gatekeeper looks at the name where it matters.
    http: { requireHostHeader: false },
    // A body must arrive before this; photos are worked on under a limit of their own.
    requestTimeout: 60_000,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && safeId.test(given) ? given : randomUUID();
    },
    ajv: { plugins: [fileKeyword] },
    schemaController: { compilersFactory: { buildValidator } },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, formOf(parseMultipart(body as Buffer, request.headers['content-type'] ?? '')));
    } catch (thrown) {
      done(thrown as Error);
    }
  });
  for (const type of [/^image\//, 'application/octet-stream']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
      const contentType = request.headers['content-type'] ?? 'application/octet-stream';
      done(null, { photo: [new UploadedFile('photo', contentType, body as Buffer)] });
    });
  }
  // Clients say that a body is JSON and then send none, with GET and DELETE above all.
  app.addHook('preParsing', async (request, _reply, payload) => {
    const { headers } = request;
    const empty =
      headers['content-length'] === '0' ||
      (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined);
    if (!empty || headers['content-type'] === undefined) return payload;
    delete headers['content-type'];
    return Readable.from([]);
  });
  return app;
}

/** What the log says of a request: paths of the static images hold a key. */
const loggedRequest = ({ method, url, ip }: FastifyRequest) => ({
  method,
  url: url.replace(/(\/static\/)[^/?]+/, '$1…').slice(0, 500),
  ip,
});

/** What is no HTTP never becomes a request; the connection is told so and closed. */
function refuseNonsense({ code }: Error & { readonly code?: string }, socket: Socket): void {
  // The client has gone.
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const reason = nonsense[code ?? ''] ?? 'it is no HTTP';
  const body = JSON.stringify({ error: visageError('REQUEST_INVALID', { reason }).toJSON(), requestId: '' });
  const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}

const nonsense: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'it did not arrive in time',
  HPE_HEADER_OVERFLOW: 'its header is too large',
  HPE_INVALID_URL: 'its address holds characters that must be encoded',
};
