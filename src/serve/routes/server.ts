import { knownPacks } from '../../packs/index.ts';
import { failures } from '../schemas/failure.ts';
import { HealthSchema, PacksSchema, StatusSchema } from '../schemas/server.ts';
import type { AddRoutes } from './context.ts';

/** What the server is, and what it works with. */
export const addServerRoutes: AddRoutes = (app, { service, limits, version, keys }) => {
  const { gallery, recognizer } = service;
  const { pack } = recognizer;

  app.get(
    '/status',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['server'],
        summary: 'The pack, the gallery and the limits of this server',
        response: { 200: StatusSchema, ...failures },
      },
    },
    async () => {
      const counts = await service.counts();
      return {
        version,
        pack: pack.name,
        dimension: pack.embedder.dimension,
        maxDistance: service.maxDistance,
        maxFalseAccept:
          service.classifier.calibration === undefined ? null : service.classifier.options.maxFalseAccept,
        gallery: {
          ...counts,
          version: await gallery.version(),
          encrypted: gallery.encrypted,
          kept: gallery.path !== ':memory:',
        },
        keysNeeded: keys !== undefined,
        limits: {
          maxBodyBytes: limits.maxBodyMb * 2 ** 20,
          maxPixels: limits.maxPixels,
          maxQueued: limits.maxQueued,
          timeoutMs: limits.timeoutSeconds * 1000,
        },
      };
    },
  );

  app.get(
    '/packs',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['server'],
        summary: 'The packs that this machine has or could get, with their licences',
        response: { 200: PacksSchema, ...failures },
      },
    },
    async () => ({
      packs: (await knownPacks()).map(({ name, state, pack: known, published, error }) => ({
        name,
        state: error === undefined ? state : 'damaged',
        inUse: name === pack.name,
        description: known?.description ?? published?.description ?? '',
        licence: known?.licence ?? published?.licence ?? '',
        source: known?.source ?? '',
        dimension: known?.embedder.dimension ?? published?.dimension ?? null,
      })),
    }),
  );
};

/** Whether the process lives, and whether it can work. Asked by machines, without a key. */
export const addHealthRoutes = (app: Parameters<AddRoutes>[0], ready: () => boolean): void => {
  app.get(
    '/healthz',
    { schema: { tags: ['health'], summary: 'The process lives', response: { 200: HealthSchema } } },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary: 'The networks and the gallery are loaded, and the server is not ending',
        response: { 200: HealthSchema, 503: HealthSchema },
      },
    },
    async (_request, reply) =>
      ready()
        ? { status: 'ready' }
        : reply.status(503).header('retry-after', '1').send({ status: 'not ready' }),
  );
};
