import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { mayBeGivenOut } from '../../packs/index.ts';
import type { ModelFile } from '../../runtime/index.ts';
import { failures } from '../schemas/failure.ts';
import { NetworkPartSchema, PackInUseSchema } from '../schemas/pack.ts';
import type { AddRoutes } from './context.ts';

/** The pack in use with its networks, so that a browser can run it itself and pictures stay there. */
export const addPackRoutes: AddRoutes = (app, { service }) => {
  const { models, ...pack } = service.recognizer.pack;
  const given = mayBeGivenOut(pack);
  const networks = NetworkPartSchema.enum.flatMap((part) => {
    const model = given ? models[part] : undefined;
    return model === undefined ? [] : [{ part, model }];
  });

  app.get(
    '/pack',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['server'],
        summary: 'The pack in use: how faces are found, cut out and embedded, and which networks do it',
        response: { 200: PackInUseSchema, ...failures },
      },
    },
    async () => ({
      pack,
      networks: await Promise.all(
        networks.map(async ({ part, model: { name, id, path } }) => {
          const { size } = await stat(path);
          return { part, name, id, bytes: size };
        }),
      ),
      ...(!given && {
        withheld: `the licence of pack ${pack.name} does not let its networks be given out (${pack.licence})`,
      }),
    }),
  );

  if (networks.length === 0) return;
  const byId = new Map(networks.map(({ model }) => [model.id, model]));
  app.get(
    '/pack/networks/:networkId',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['server'],
        summary: 'A network of the pack in use, an ONNX file; what has an id never changes',
        produces: ['application/octet-stream'],
        params: Type.Object({ networkId: Type.Enum([...byId.keys()]) }),
        response: failures,
      },
    },
    async (request, reply) => sendNetwork(reply, byId.get(request.params.networkId)!),
  );
};

const sendNetwork = (reply: FastifyReply, { id, path }: ModelFile): FastifyReply =>
  reply
    .type('application/octet-stream')
    .header('cache-control', 'private, max-age=31536000, immutable')
    .header('etag', `"${id}"`)
    .send(createReadStream(path));
