import type { FastifyReply } from 'fastify';
import { personDetailsRecord } from '../records.ts';
import { failures } from '../schemas/failure.ts';
import {
  DeletionSchema,
  ExampleParamsSchema,
  MoveExampleSchema,
  PersonDetailsSchema,
} from '../schemas/people.ts';
import { visageError } from '../../kernel/index.ts';
import type { AddRoutes } from './context.ts';

/** Sends a crop: a JPEG or a WebP file. */
export const sendCrop = (reply: FastifyReply, crop: Uint8Array): FastifyReply =>
  reply
    .type(crop[0] === 0xff ? 'image/jpeg' : 'image/webp')
    .header('cache-control', 'private, no-store')
    .send(Buffer.from(crop.buffer, crop.byteOffset, crop.byteLength));

/** The example faces of people. */
export const addExampleRoutes: AddRoutes = (app, { service: { gallery } }) => {
  app.get(
    '/examples/:exampleId/crop',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['people'],
        summary: 'The aligned crop of an example, a JPEG or WebP file',
        produces: ['image/jpeg', 'image/webp'],
        params: ExampleParamsSchema,
        response: failures,
      },
    },
    async (request, reply) => {
      const { exampleId } = request.params;
      const crop = await gallery.crop(exampleId);
      if (crop === undefined) {
        throw visageError('EXAMPLE_UNKNOWN', { path: gallery.path, got: `${exampleId} has no crop` });
      }
      return sendCrop(reply, crop);
    },
  );

  app.delete(
    '/examples/:exampleId',
    {
      config: { scope: 'write' },
      schema: {
        tags: ['people'],
        summary: 'Delete an example, its embedding and its crop, for good; the person stays',
        params: ExampleParamsSchema,
        response: { 200: DeletionSchema, ...failures },
      },
    },
    (request) => gallery.removeExample(request.params.exampleId),
  );

  app.post(
    '/examples/:exampleId/move',
    {
      config: { scope: 'write' },
      schema: {
        tags: ['people'],
        summary: 'Give an example to another person',
        params: ExampleParamsSchema,
        body: MoveExampleSchema,
        response: { 200: PersonDetailsSchema, ...failures },
      },
    },
    async (request) => {
      const { exampleId } = request.params;
      return personDetailsRecord(await gallery.moveExample(exampleId, { id: request.body.personId }));
    },
  );
};
