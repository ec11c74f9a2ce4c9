import type { AddCompreFaceRoutes } from '../context.ts';
import { pictureOfExample } from './examples.ts';

const tags = ['CompreFace: other'];

/** What needs no key in a header. */
export const addOpenRoutes: AddCompreFaceRoutes = (app, context) => {
  const bytes = context.limits.maxBodyMb * 2 ** 20;

  app.get('/config', { schema: { tags, summary: 'The largest picture' } }, async () => ({
    clientMaxFileSize: bytes,
    clientMaxBodySize: bytes,
  }));

  app.get('/consistence/status', { schema: { tags, summary: 'That all is well' } }, async () => ({
    demoFaceCollectionIsInconsistent: false,
    dbIsInconsistent: false,
    saveImagesToDB: true,
    status: 'OK',
  }));

  app.get(
    '/static/:api_key/images/:image_id',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'The picture of a face; the key stands in the path' },
    },
    async (request, reply) => {
      const { image_id: imageId } = request.params as { image_id: string };
      return reply
        .type('application/octet-stream')
        .header('cache-control', 'private, max-age=31536000')
        .send(await pictureOfExample(context, imageId));
    },
  );
};
