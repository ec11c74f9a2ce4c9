import { Type } from 'typebox';
import { boxRecord, personDetailsRecord, rounded } from '../records.ts';
import { RememberedClusters } from '../remembered-clusters.ts';
import { failures } from '../schemas/failure.ts';
import { PersonDetailsSchema } from '../schemas/people.ts';
import { ClustersSchema, FaceParamsSchema, NameFacesSchema } from '../schemas/remembered.ts';
import type { AddRoutes } from './context.ts';
import { sendCrop } from './examples.ts';

/** Faces that identify was asked to remember. */
export const addRememberedRoutes: AddRoutes = (app, { service, remembered }) => {
  const clusters = new RememberedClusters(remembered, service);

  app.get(
    '/clusters',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['remembered faces'],
        summary: 'Remembered faces that nobody in the gallery bears, by person',
        response: { 200: ClustersSchema, ...failures },
      },
    },
    async () => ({
      clusters: (await clusters.clusters()).map(({ number, faces }) => ({
        clusterId: String(number),
        faces: faces.map(({ faceId, source, face, seenAtMs }) => ({
          faceId,
          source,
          box: boxRecord(face.box),
          score: rounded(face.score, 4),
          seenAtMs,
        })),
      })),
    }),
  );

  app.get(
    '/faces/:faceId/crop',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['remembered faces'],
        summary: 'The aligned crop of a remembered face, a JPEG file',
        produces: ['image/jpeg'],
        params: FaceParamsSchema,
        response: failures,
      },
    },
    async (request, reply) => sendCrop(reply, remembered.get(request.params.faceId).crop),
  );

  app.delete(
    '/faces/:faceId',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['remembered faces'],
        summary: 'Forget a remembered face',
        params: FaceParamsSchema,
        response: { 200: Type.Object({ forgotten: Type.Boolean() }), ...failures },
      },
    },
    async (request) => ({ forgotten: remembered.forget(request.params.faceId) }),
  );

  app.post(
    '/faces/name',
    {
      config: { scope: 'write' },
      schema: {
        tags: ['remembered faces'],
        summary: 'Make remembered faces examples of a person, who is added where the name is new',
        description:
          'All of them or none. They are forgotten afterwards; their crops live on as those of the examples.',
        body: NameFacesSchema,
        response: { 201: PersonDetailsSchema, ...failures },
      },
    },
    async (request, reply) => {
      const { name, faceIds } = request.body;
      const faces = [...new Set(faceIds)].map((faceId) => remembered.get(faceId));
      const { person, exampleIds } = await service.enrol(name, faces);
      request.audited = { person: person.id, examples: exampleIds };
      for (const { faceId } of faces) remembered.forget(faceId);
      return reply.status(201).send(personDetailsRecord(person));
    },
  );
};
