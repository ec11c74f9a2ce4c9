import { createReadStream } from 'node:fs';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { failures } from '../schemas/failure.ts';
import type { AddRoutes } from './context.ts';

const parts = ['detector', 'refine', 'landmarks', 'embedder'] as const;

/** The pack in use with its networks, so that a browser can run it itself and pictures stay there. */
export const addPackRoutes: AddRoutes = (app, { service }) => {
  const { models, ...pack } = service.recognizer.pack;
  const networks = parts.flatMap((part) => (models[part] === undefined ? [] : [part]));

  app.get(
    '/pack',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['server'],
        summary: 'The pack in use: how faces are found, cut out and embedded, and which networks do it',
        response: {
          200: Type.Object({
            pack: Type.Any({ description: 'Pack of the library, see src/packs/pack.ts.' }),
            networks: Type.Array(
              Type.Object({ part: Type.String(), name: Type.String(), id: Type.String() }),
            ),
          }),
          ...failures,
        },
      },
    },
    async () => ({
      pack,
      networks: networks.map((part) => ({ part, name: models[part]!.name, id: models[part]!.id })),
    }),
  );

  app.get(
    '/pack/networks/:part',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['server'],
        summary: 'A network of the pack in use, an ONNX file; it never changes while its id stays',
        produces: ['application/octet-stream'],
        params: Type.Object({ part: Type.Enum(networks) }),
        response: failures,
      },
    },
    async (request, reply) => sendNetwork(reply, models[request.params.part]!),
  );
};

const sendNetwork = (reply: FastifyReply, { id, path }: { id: string; path: string }): FastifyReply =>
  reply
    .type('application/octet-stream')
    .header('cache-control', 'private, max-age=86400')
    .header('etag', `"${id}"`)
    .send(createReadStream(path));
