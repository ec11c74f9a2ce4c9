import { inTurn } from '../../http/photo-work.ts';
import type { AddCompreFaceRoutes } from '../context.ts';
import { faceAnswer, pluginsVersions } from '../face-answer.ts';
import { lookAt } from '../looking.ts';
import { Parameters } from '../parameters.ts';
import { fileField, pictureOf } from '../pictures.ts';

/** Where are the faces? */
export const addDetectionRoutes: AddCompreFaceRoutes = (app, { service, settings }) => {
  app.post(
    '/detect',
    {
      config: { scope: 'read', photos: true },
      schema: { tags: ['CompreFace: detection'], summary: 'Find every face of a picture' },
    },
    (request) =>
      inTurn(request, async (signal) => {
        const parameters = new Parameters(request);
        const file = pictureOf(request, fileField);
        const embed = [...parameters.plugins].some((name) => name.includes('calculator'));
        const picture = await lookAt(service, file, {
          parameters: { limit: parameters.limit, leastScore: parameters.leastScore, detectFaces: true },
          embed,
          settings,
          signal,
        });
        return {
          result: picture.faces.map((face) => faceAnswer(face, picture, parameters, true)),
          plugins_versions: pluginsVersions(service.recognizer.pack, parameters),
        };
      }),
  );
};
