import type { FastifyReply, FastifyRequest } from 'fastify';
import { visageError } from '../../kernel/index.ts';
import type { App } from '../http/app.ts';
import { toShownError } from '../http/failures.ts';
import type { Context } from '../routes/context.ts';
import { CompreFaceFailure, failure, sendCompreFaceFailure } from './failure.ts';
import { ImageIds } from './image-id.ts';
import { javaJson } from './java-json.ts';
import { addDetectionRoutes } from './routes/detection.ts';
import { addExampleRoutes } from './routes/examples.ts';
import { addOpenRoutes } from './routes/open.ts';
import { addRecognitionRoutes } from './routes/recognition.ts';
import { addSubjectRoutes } from './routes/subjects.ts';
import { addVerificationRoutes } from './routes/verification.ts';
import type { CompreFaceSettings } from './settings.ts';
import { similarityScale } from './similarity.ts';
import type { CompreFaceContext } from './context.ts';

/**
 * The services of CompreFace 1.2.0 under its own paths: what its clients send is answered as it would, with
 * its status and error codes, by the gallery of this server. Every key of the server is a key of all
 * three services.
 */
export async function addCompreFace(app: App, context: Context, settings: CompreFaceSettings): Promise<void> {
  const { service, limits, keys } = context;
  const own: CompreFaceContext = {
    ...context,
    settings,
    scale: similarityScale(service.recognizer.pack),
    ids: new ImageIds(service.gallery.id),
  };
  const onError = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = thrown instanceof CompreFaceFailure;
    return sendCompreFaceFailure(
      known ? thrown : toShownError(thrown, request, limits.maxBodyMb * 2 ** 20),
      request,
      reply,
    );
  };
  const rooms = [
    ['/recognition', [addSubjectRoutes, addExampleRoutes, addRecognitionRoutes]],
    ['/detection', [addDetectionRoutes]],
    ['/verification', [addVerificationRoutes]],
    ['', [addOpenRoutes]],
  ] as const;
  for (const [prefix, additions] of rooms) {
    await app.register(
      async (scope) => {
        scope.setErrorHandler(onError);
        // Answers are objects until here, where they become JSON as Java writes it.
        scope.addHook('preSerialization', async (_request, reply, payload) => {
          reply.type('application/json').serializer(String);
          return javaJson(payload);
        });
        if (prefix !== '') {
          scope.setNotFoundHandler((request, reply) => onError(notThere(request), request, reply));
          if (keys !== undefined) addCrossOrigin(scope);
        }
        for (const add of additions) add(scope, own);
      },
      { prefix: `/api/v1${prefix}` },
    );
  }
}

function notThere(request: FastifyRequest): CompreFaceFailure {
  const path = request.url.split('?')[0]!.slice(0, 200);
  if (request.method === 'GET') {
    return new CompreFaceFailure(404, 0, visageError('ROUTE_UNKNOWN', { method: 'GET', path }).message);
  }
  return failure.method(request.method);
}

/** Pages of others may ask with a key of theirs, as CompreFace lets them; cookies are never sent along. */
function addCrossOrigin(scope: App): void {
  scope.addHook('onSend', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin');
  });
  for (const path of ['/', '/*']) {
    scope.options(path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .status(204)
        .header('access-control-allow-methods', 'GET, POST, OPTIONS, PUT, DELETE')
        .header(
          'access-control-allow-headers',
          'DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,x-api-key',
        )
        .header('access-control-max-age', '1728000')
        .send(),
    );
  }
}
