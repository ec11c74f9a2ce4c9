import { visageError } from '../../kernel/index.ts';
import type { IdentifiedFace } from '../../recognizer.ts';
import { inTurn } from '../http/photo-work.ts';
import { faceRecord, photoOf, rounded } from '../records.ts';
import {
  DetectAnswerSchema,
  IdentifyAnswerSchema,
  IdentifyQuerySchema,
  VerifyAnswerSchema,
  VerifyBodySchema,
} from '../schemas/faces.ts';
import { failures } from '../schemas/failure.ts';
import { PhotoBodySchema } from '../schemas/upload.ts';
import type { AddRoutes } from './context.ts';

/** How many of the most probable people a face is answered with; as on the command line. */
const candidateCount = 5;

/** Photos in, faces out: detect, identify, verify. */
export const addFaceRoutes: AddRoutes = (app, { service, remembered, limits }) => {
  app.post(
    '/detect',
    {
      config: { scope: 'read', photos: true },
      schema: {
        tags: ['faces'],
        summary: 'Find every face in a photo',
        consumes: ['multipart/form-data', 'image/*'],
        body: PhotoBodySchema,
        response: { 200: DetectAnswerSchema, ...failures },
      },
    },
    (request) =>
      inTurn(request, async (signal) => {
        const { photo, faces } = await service.recognizer.locate(photoOf(request.body.photo[0]!), signal);
        return {
          pack: service.recognizer.pack.name,
          width: photo.width,
          height: photo.height,
          faces: faces.map(faceRecord),
        };
      }),
  );

  app.post(
    '/identify',
    {
      config: { scope: 'read', photos: true },
      schema: {
        tags: ['faces'],
        summary: 'Name every face in a photo',
        consumes: ['multipart/form-data', 'image/*'],
        querystring: IdentifyQuerySchema,
        body: PhotoBodySchema,
        response: { 200: IdentifyAnswerSchema, ...failures },
      },
    },
    (request) =>
      inTurn(request, async (signal) => {
        const source = photoOf(request.body.photo[0]!);
        const { photo, faces } = await service.identify(source, signal);
        const remember = request.query.remember && limits.rememberedFaces > 0;
        const rememberFace = async (face: IdentifiedFace): Promise<string> =>
          remembered.add({
            source: source.name,
            face,
            embedding: face.embedding,
            crop: await service.crop({ photo, faces }, face),
            seenAtMs: Date.now(),
            unknown: face.name === null,
          });
        const records = faces.map(async (face) => {
          const candidates = face.candidates.slice(0, candidateCount).map(async ({ name, probability }) => ({
            name,
            personId: (await service.personId(name)) ?? '',
            probability: rounded(probability, 6),
          }));
          const record = Object.assign(faceRecord(face), {
            name: face.name,
            personId: face.name === null ? null : ((await service.personId(face.name)) ?? null),
            probability: rounded(face.probability, 6),
            distance: rounded(face.distance, 4),
            candidates: await Promise.all(candidates),
          });
          return remember ? Object.assign(record, { faceId: await rememberFace(face) }) : record;
        });
        return {
          pack: service.recognizer.pack.name,
          width: photo.width,
          height: photo.height,
          faces: await Promise.all(records),
        };
      }),
  );

  app.post(
    '/verify',
    {
      config: { scope: 'read', photos: true },
      schema: {
        tags: ['faces'],
        summary: 'Say whether two photos show the same person',
        description: 'Of several faces in a photo the largest near the middle counts.',
        consumes: ['multipart/form-data'],
        body: VerifyBodySchema,
        response: { 200: VerifyAnswerSchema, ...failures },
      },
    },
    (request) =>
      inTurn(request, async (signal) => {
        const { body } = request;
        const verdict = await service.verify(photoOf(body.first[0]!), photoOf(body.second[0]!), signal);
        const side = ({ width, height, face }: (typeof verdict)['first']) => ({
          width,
          height,
          face: faceRecord(face),
        });
        if (!Number.isFinite(verdict.distance)) {
          throw visageError('EMBEDDING_UNDEFINED', { pack: service.recognizer.pack.name });
        }
        return {
          pack: service.recognizer.pack.name,
          same: verdict.same,
          distance: rounded(verdict.distance, 4),
          maxDistance: service.maxDistance,
          first: side(verdict.first),
          second: side(verdict.second),
        };
      }),
  );
};
