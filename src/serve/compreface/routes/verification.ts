import { distance } from '../../../kernel/index.ts';
import { inTurn } from '../../http/photo-work.ts';
import type { AddCompreFaceRoutes } from '../context.ts';
import { embeddingIn, embeddingsIn } from '../embeddings.ts';
import { faceAnswer, pluginsVersions, sameEmbedding } from '../face-answer.ts';
import { failure } from '../failure.ts';
import { double } from '../java-json.ts';
import { lookAt } from '../looking.ts';
import { isForm, Parameters } from '../parameters.ts';
import { pictureOf, sourceField, targetField } from '../pictures.ts';
import { similarityOf } from '../similarity.ts';

const tags = ['CompreFace: verification'];

/** Is it the same person? */
export const addVerificationRoutes: AddCompreFaceRoutes = (app, { service, scale, settings }) => {
  const { pack } = service.recognizer;

  app.post(
    '/verify',
    {
      config: { scope: 'read', photos: true },
      schema: { tags, summary: 'Compare the face of one picture with those of another' },
    },
    (request) =>
      inTurn(request, async (signal) => {
        const parameters = new Parameters(request);
        const { limit, leastScore } = parameters;
        const files = [pictureOf(request, sourceField), pictureOf(request, targetField)] as const;
        const look = { parameters: { limit, leastScore, detectFaces: true }, embed: true, settings, signal };
        const source = await lookAt(service, files[0], look);
        if (source.faces.length > 1) throw failure.severalFaces();
        const target = await lookAt(service, files[1], look);
        const [sourceFace] = source.faces;
        const matches = target.faces.map((face) =>
          Object.assign(faceAnswer(face, target, parameters), {
            similarity: double(similarityOf(distance(sourceFace!.embedding!, face.embedding!), scale)),
          }),
        );
        return {
          result: [
            {
              source_image_face: faceAnswer(sourceFace!, source, parameters),
              face_matches: matches,
              plugins_versions: pluginsVersions(pack, parameters),
            },
          ],
        };
      }),
  );

  app.post(
    '/embeddings/verify',
    { config: { scope: 'read' }, schema: { tags, summary: 'Compare an embedding with others' } },
    async (request) => {
      const { dimension } = pack.embedder;
      const body = isForm(request.body) ? request.body : {};
      const source = embeddingIn(body['source'], 'source', dimension);
      const targets = embeddingsIn(body, 'targets', dimension);
      return {
        result: targets
          .map(({ asGiven, unitEmbedding }) => ({
            asGiven,
            similarity: similarityOf(distance(source.unitEmbedding, unitEmbedding), scale),
          }))
          .sort((a, b) => b.similarity - a.similarity)
          .map(({ asGiven, similarity }) => ({
            embedding: sameEmbedding(asGiven),
            similarity: double(similarity),
          })),
      };
    },
  );
};
