import { VisageError } from '../../../kernel/index.ts';
import { faceQuality, qualityNumbers } from '../../../quality/index.ts';
import { inTurn } from '../../http/photo-work.ts';
import { photoOf } from '../../records.ts';
import type { AddCompreFaceRoutes, CompreFaceContext } from '../context.ts';
import { CompreFaceFailure, failure } from '../failure.ts';
import { Parameters } from '../parameters.ts';
import { fileField, pictureOf } from '../pictures.ts';
import { deleteEverybody, subjectNamed } from './subjects.ts';

const tags = ['CompreFace: recognition'];
const idIn = (params: unknown): string => (params as { image_id: string }).image_id;

/** A year; an example never changes. */
const forGood = 'public, max-age=31536000';

/** Whose example it is, as the gallery is now. @returns undefined where there is no such example */
export async function ownerOf({ service: { gallery }, ids }: CompreFaceContext, imageId: string) {
  const exampleId = ids.exampleId(imageId);
  if (exampleId === undefined) return undefined;
  await gallery.refresh();
  const live = await gallery.faces();
  const person = live.known.find(({ exampleIds }) => exampleIds.includes(exampleId));
  return person === undefined ? undefined : { exampleId, person, live };
}

/** The example faces of subjects. */
export const addExampleRoutes: AddCompreFaceRoutes = (app, context) => {
  const { service, ids, settings } = context;
  const { gallery } = service;

  app.get(
    '/faces',
    { config: { scope: 'read' }, schema: { tags, summary: 'List the faces, a page at a time' } },
    async (request) => {
      const parameters = new Parameters(request);
      const [page, size, subject] = [parameters.page, parameters.size, parameters.text('subject')];
      await gallery.refresh();
      const { known } = await gallery.faces();
      // The filter of CompreFace is exact about case.
      const faces = known
        .filter(({ name }) => subject === undefined || subject === '' || subject === name)
        .flatMap(({ name, exampleIds }) => exampleIds.map((id) => ({ id, name })))
        .sort((a, b) => a.id - b.id);
      return {
        faces: faces
          .slice(page * size, (page + 1) * size)
          .map(({ id, name }) => ({ image_id: ids.of(id), subject: name })),
        page_size: size,
        page_number: page,
        total_elements: faces.length,
        total_pages: Math.ceil(faces.length / size),
      };
    },
  );

  app.post(
    '/faces',
    {
      config: { scope: 'write', photos: true },
      schema: { tags, summary: 'Add the face of a picture to a subject, which is added where it is new' },
    },
    (request, reply) =>
      inTurn(request, async (signal) => {
        const parameters = new Parameters(request);
        const subject = parameters.text('subject');
        if (subject === undefined) throw failure.noParameter('subject');
        if (subject.trim() === '') throw failure.invalid('Subject name is empty; ');
        const file = pictureOf(request, fileField);
        const { leastScore } = parameters;
        const located = await service.recognizer.locate(photoOf(file), signal);
        const [face, another] = located.faces.filter(({ score }) => score > leastScore);
        if (face === undefined) throw failure.noFace();
        if (another !== undefined) throw failure.severalFaces();
        const crop = service.recognizer.crop(located, face);
        const [[embedding], picture] = await Promise.all([
          service.recognizer.embed([crop], signal),
          service.crop(located, face),
        ]);
        const { person, exampleIds } = await service.enrol(subject, [
          {
            embedding: embedding!,
            crop: picture,
            source: file.name,
            quality: qualityNumbers(faceQuality(located.photo, face)),
          },
        ]);
        request.audited = { person: person.id, examples: exampleIds };
        return reply.status(201).send({ image_id: ids.of(exampleIds[0]!), subject });
      }),
  );

  app.delete(
    '/faces',
    { config: { scope: 'write' }, schema: { tags, summary: 'Delete a subject with its faces, or all' } },
    async (request) => {
      const subject = new Parameters(request).text('subject');
      if (subject === undefined && settings.comprefaceDeleteAll === 'allow') {
        return { deleted: (await deleteEverybody(service)).examples };
      }
      if (subject === undefined || subject.trim() === '') throw failure.invalid('Subject name is empty; ');
      const person = await subjectNamed(service, subject);
      if (person === undefined) return { deleted: 0 };
      return { deleted: (await gallery.delete({ id: person.id })).examples };
    },
  );

  /** @returns undefined where there is no such example */
  const remove = async (imageId: string) => {
    const owner = await ownerOf(context, imageId);
    if (owner === undefined) return undefined;
    try {
      await gallery.removeExample(owner.exampleId);
    } catch (thrown) {
      // Somebody else was quicker.
      if (thrown instanceof VisageError && thrown.code === 'EXAMPLE_UNKNOWN') return undefined;
      throw thrown;
    }
    return { image_id: imageId, subject: owner.person.name };
  };

  app.delete(
    '/faces/:image_id',
    { config: { scope: 'write' }, schema: { tags, summary: 'Delete a face' } },
    async (request) => {
      const imageId = idIn(request.params);
      const removed = await remove(imageId);
      if (removed === undefined) throw failure.imageUnknown(imageId);
      return removed;
    },
  );

  app.post(
    '/faces/delete',
    { config: { scope: 'write' }, schema: { tags, summary: 'Delete several faces' } },
    async (request) => {
      const imageIds = request.body;
      if (!Array.isArray(imageIds) || !imageIds.every((id) => typeof id === 'string')) {
        throw new CompreFaceFailure(400, 0, 'The body should be a list of image ids');
      }
      const removed = [];
      for (const imageId of imageIds) removed.push(await remove(imageId));
      return removed.filter((each) => each !== undefined);
    },
  );

  app.get(
    '/faces/:image_id/img',
    { config: { scope: 'read' }, schema: { tags, summary: 'The picture of a face' } },
    async (request, reply) =>
      reply
        .type('application/octet-stream')
        .header('cache-control', forGood)
        .send(await pictureOfExample(context, idIn(request.params))),
  );
};

/** The aligned crop of an example; no bytes where there is none. */
export async function pictureOfExample(
  { service, ids }: Pick<CompreFaceContext, 'service' | 'ids'>,
  imageId: string,
): Promise<Buffer> {
  const exampleId = ids.exampleId(imageId);
  if (exampleId === undefined) return Buffer.alloc(0);
  try {
    return Buffer.from((await service.gallery.crop(exampleId)) ?? []);
  } catch (thrown) {
    if (thrown instanceof VisageError && thrown.code === 'EXAMPLE_UNKNOWN') return Buffer.alloc(0);
    throw thrown;
  }
}
