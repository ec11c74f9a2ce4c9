import type { Static } from 'typebox';
import { enrolPhotos, type PhotoEnrolment } from '../../people/index.ts';
import { inTurn } from '../http/photo-work.ts';
import { boxOf, boxRecord, personDetailsRecord, personRecord, photoOf, qualityRecord } from '../records.ts';
import { failures } from '../schemas/failure.ts';
import {
  DeletionSchema,
  EnrolAnswerSchema,
  EnrolBodySchema,
  EnrolledPhotoSchema,
  EnrolQuerySchema,
  MergeSchema,
  NewPersonSchema,
  PeopleSchema,
  PersonDetailsSchema,
  PersonParamsSchema,
  RenameSchema,
  SplitSchema,
  UnmergeSchema,
} from '../schemas/people.ts';
import type { AddRoutes } from './context.ts';

const tags = ['people'];

/** The people of the gallery. */
export const addPeopleRoutes: AddRoutes = (app, { service }) => {
  const { gallery } = service;

  app.get(
    '/people',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'List everybody', response: { 200: PeopleSchema, ...failures } },
    },
    async () => {
      const people = await gallery.people();
      await gallery.refresh();
      const live = await gallery.faces();
      const covers = new Map(live.known.map(({ id, exampleIds }) => [id, exampleIds[0]]));
      return {
        people: people.map(({ id, name, exampleCount }) => {
          return { id, name, exampleCount, coverExampleId: covers.get(id) ?? null };
        }),
      };
    },
  );

  app.post(
    '/people',
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Add a person without examples',
        body: NewPersonSchema,
        response: { 201: PersonDetailsSchema, ...failures },
      },
    },
    async (request, reply) => {
      const person = await service.addPerson(request.body.name);
      request.audited = { person: person.id };
      return reply.status(201).send(personDetailsRecord(person));
    },
  );

  app.get(
    '/people/:personId',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Show a person with all examples',
        params: PersonParamsSchema,
        response: { 200: PersonDetailsSchema, ...failures },
      },
    },
    async (request) => personDetailsRecord(await gallery.show({ id: request.params.personId })),
  );

  app.patch(
    '/people/:personId',
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Rename a person',
        params: PersonParamsSchema,
        body: RenameSchema,
        response: { 200: PersonDetailsSchema, ...failures },
      },
    },
    async (request) =>
      personDetailsRecord(await gallery.rename({ id: request.params.personId }, request.body.name)),
  );

  app.delete(
    '/people/:personId',
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Delete a person, all examples and everybody merged into them, for good',
        params: PersonParamsSchema,
        response: { 200: DeletionSchema, ...failures },
      },
    },
    async (request) => gallery.delete({ id: request.params.personId }),
  );

  app.post(
    '/people/:personId/merge',
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Make another person this one; unmerge takes it back',
        params: PersonParamsSchema,
        body: MergeSchema,
        response: { 200: PersonDetailsSchema, ...failures },
      },
    },
    async (request) => {
      const { personId } = request.params;
      request.audited = { from: request.body.from };
      return personDetailsRecord(await gallery.merge({ id: request.body.from }, { id: personId }));
    },
  );

  app.post(
    '/people/:personId/unmerge',
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Take a merge back',
        params: PersonParamsSchema,
        body: UnmergeSchema,
        response: { 200: PersonDetailsSchema, ...failures },
      },
    },
    async (request) => {
      const { personId, name } = request.body;
      const head = { id: request.params.personId };
      return personDetailsRecord(await gallery.unmerge(head, { id: personId }, name));
    },
  );

  app.post(
    '/people/:personId/split',
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Make a new person of some of the examples',
        params: PersonParamsSchema,
        body: SplitSchema,
        response: { 201: PersonDetailsSchema, ...failures },
      },
    },
    async (request, reply) => {
      const { exampleIds, name } = request.body;
      const person = await gallery.split({ id: request.params.personId }, exampleIds, name);
      request.audited = { person: person.id, examples: exampleIds };
      return reply.status(201).send(personDetailsRecord(person));
    },
  );

  app.post(
    '/enroll',
    {
      config: { scope: 'write', photos: true },
      schema: {
        tags,
        summary: 'Add the faces of photos to a person, who is added where the name is new',
        description:
          'One face a photo: the one nearest to box, or else the largest near the middle. Photos that fail say why and keep back no other; where all fail the answer is the first failure.',
        consumes: ['multipart/form-data'],
        querystring: EnrolQuerySchema,
        body: EnrolBodySchema,
        response: { 201: EnrolAnswerSchema, ...failures },
      },
    },
    (request, reply) =>
      inTurn(request, async (signal) => {
        const { name, photo } = request.body;
        const { box, keepDuplicates } = request.query;
        const report = await enrolPhotos(gallery, service.recognizer, name, photo.map(photoOf), {
          face: box === undefined ? 'main' : boxOf(box),
          keepDuplicates,
          addedAtMs: Date.now(),
          signal,
        });
        const [first] = report.photos;
        if (report.photos.every(({ error }) => error !== undefined)) throw first!.error!;
        const person = report.person!;
        request.audited = {
          person: person.id,
          examples: report.photos.flatMap((each) => ('exampleId' in each ? [each.exampleId] : [])),
        };
        return reply.status(201).send({
          person: personRecord(person),
          isNew: report.isNew,
          photos: report.photos.map(photoRecord),
        });
      }),
  );
};

function photoRecord(outcome: PhotoEnrolment): Static<typeof EnrolledPhotoSchema> {
  if (outcome.error !== undefined) {
    return { file: outcome.source, warnings: [], error: outcome.error.toJSON() };
  }
  const { source, exampleId, face, quality, warnings } = outcome;
  return {
    file: source,
    ...(exampleId !== null && { exampleId }),
    box: boxRecord(face.face.box),
    quality: qualityRecord(quality),
    warnings: [...warnings],
  };
}
