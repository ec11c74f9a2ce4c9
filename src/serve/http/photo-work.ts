import type { FastifyRequest } from 'fastify';
import { visageError } from '../../kernel/index.ts';
import type { Admission, Place } from '../admission.ts';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route works on photos: it takes a place in line, and has only so much time. */
    photos?: boolean;
  }
  interface FastifyRequest {
    photoWork: PhotoWork | undefined;
  }
}

interface PhotoWork {
  readonly place: Place;
  readonly signal: AbortSignal;
}

/** Gives every request of a route with `photos` its place in line before its body is read, or refuses it. */
export function addPhotoWork(app: App, admission: Admission, timeoutMs: number): void {
  app.decorateRequest('photoWork', undefined);
  app.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.photos) return;
    const place = admission.enter();
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(visageError('REQUEST_TIMED_OUT', { allowed: timeoutMs / 1000 }));
    }, timeoutMs);
    request.photoWork = { place, signal: controller.signal };
    // Comes always and once: after the answer, or when the client is gone.
    reply.raw.once('close', () => {
      clearTimeout(timer);
      place.leave();
      controller.abort(visageError('INTERRUPTED', { kept: 'the client has gone' }));
    });
  });
}

/**
 * Runs `task` when it is the request's turn, under its time limit.
 * @throws VisageError `REQUEST_TIMED_OUT`, `INTERRUPTED`; what `task` throws
 */
export function inTurn<Result>(
  request: FastifyRequest,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { place, signal } = request.photoWork!;
  return place.work(() => task(signal), signal);
}
