import { inTurns } from '../../kernel/index.ts';
import { inTurn } from '../http/photo-work.ts';
import { namedRecord } from '../named-record.ts';
import { embeddingsBodySchema, NamedEmbeddingsSchema } from '../schemas/embeddings.ts';
import { failures } from '../schemas/failure.ts';
import type { AddRoutes } from './context.ts';

/** Embeddings in, names out: for clients that find and embed faces themselves, so that photos stay with them. */
export const addEmbeddingRoutes: AddRoutes = (app, { service }) => {
  const { name: pack, embedder } = service.recognizer.pack;
  app.post(
    '/embeddings/identify',
    {
      // No photo, but a search of the gallery for each: it takes its place in line too.
      config: { scope: 'read', photos: true },
      schema: {
        tags: ['faces'],
        summary: 'Name faces by their embeddings, which the client has made with the pack in use',
        description:
          'The same rule as for photos; only that a face is too poor to be named is not seen from its embedding.',
        body: embeddingsBodySchema(pack, embedder.dimension),
        response: { 200: NamedEmbeddingsSchema, ...failures },
      },
    },
    (request) =>
      inTurn(request, async () => {
        const embeddings = request.body.embeddings.map((numbers) => Float32Array.from(numbers));
        await service.classifier.refresh();
        const faces = await inTurns(embeddings, (embedding) => {
          const { name, known, ...naming } = service.classifier.predict(embedding);
          return namedRecord(service, { ...naming, name: known ? name : null });
        });
        return { pack, faces };
      }),
  );
};
