import { type SeenPhoto, verifyPhotos } from '../../people/index.ts';
import { faceQuality, qualityNumbers } from '../../quality/index.ts';
import type { IdentifiedFace } from '../../recognizer.ts';
import { inTurn } from '../http/photo-work.ts';
import { namedRecord } from '../named-record.ts';
import { faceRecord, photoOf, qualityRecord, rounded } from '../records.ts';
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
            photoId: request.id,
            source: source.name,
            face,
            embedding: face.embedding,
            crop: await service.crop({ photo, faces }, face),
            quality: qualityNumbers(faceQuality(photo, face)),
            seenAtMs: Date.now(),
          });
        const records = faces.map(async (face) => {
          const record = Object.assign(faceRecord(face), await namedRecord(service, face));
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
        const { first, second } = request.body;
        const verdict = await verifyPhotos(service.recognizer, photoOf(first[0]!), photoOf(second[0]!), {
          signal,
        });
        const [pair] = verdict.pairs;
        const [one, two] = verdict.photos;
        return {
          pack: service.recognizer.pack.name,
          same: pair!.same,
          distance: rounded(pair!.distance, 4),
          probability: rounded(pair!.probability, 6),
          maxDistance: verdict.maxDistance,
          first: sideRecord(one),
          second: sideRecord(two),
        };
      }),
  );
};

const sideRecord = ({ width, height, faceCount, faces: [seen] }: SeenPhoto) => ({
  width,
  height,
  faceCount,
  face: faceRecord(seen!.face),
  quality: qualityRecord(seen!.quality),
});
