import { distance } from '../../../kernel/index.ts';
import { inTurn } from '../../http/photo-work.ts';
import type { AddCompreFaceRoutes } from '../context.ts';
import { embeddingsIn } from '../embeddings.ts';
import { faceAnswer, pluginsVersions, sameEmbedding } from '../face-answer.ts';
import { failure } from '../failure.ts';
import { double } from '../java-json.ts';
import { lookAt } from '../looking.ts';
import { Parameters } from '../parameters.ts';
import { fileField, pictureOf } from '../pictures.ts';
import { similarityOf } from '../similarity.ts';
import { ownerOf } from './examples.ts';

const tags = ['CompreFace: recognition'];

/** Who is it? */
export const addRecognitionRoutes: AddCompreFaceRoutes = (app, context) => {
  const { service, scale, settings } = context;
  const { gallery, recognizer } = service;
  const { dimension } = recognizer.pack.embedder;

  /** The best examples: the same subject may come several times. */
  const nearest = async (unitEmbedding: Float32Array, count: number) => {
    const live = await gallery.faces();
    return live.search(unitEmbedding, count).map((match) => ({
      subject: match.name,
      similarity: double(similarityOf(match.distance, scale)),
    }));
  };

  /** @throws CompreFaceFailure */
  const exampleOf = async (imageId: string) => {
    const owner = await ownerOf(context, imageId);
    if (owner === undefined) throw failure.imageIdIncorrect();
    return { name: owner.person.name, embedding: owner.live.index.vector(owner.exampleId)! };
  };

  app.post(
    '/recognize',
    {
      config: { scope: 'read', photos: true },
      schema: { tags, summary: 'Name every face of a picture' },
    },
    (request) =>
      inTurn(request, async (signal) => {
        const parameters = new Parameters(request);
        const { predictionCount } = parameters;
        const file = pictureOf(request, fileField);
        const picture = await lookAt(service, file, { parameters, embed: true, settings, signal });
        await gallery.refresh();
        const result = picture.faces.map(async (face) =>
          Object.assign(faceAnswer(face, picture, parameters), {
            subjects: await nearest(face.embedding!, predictionCount),
          }),
        );
        return {
          result: await Promise.all(result),
          plugins_versions: pluginsVersions(recognizer.pack, parameters),
        };
      }),
  );

  app.post(
    '/faces/:image_id/verify',
    {
      config: { scope: 'read', photos: true },
      schema: { tags, summary: 'Compare the faces of a picture with an example' },
    },
    (request) =>
      inTurn(request, async (signal) => {
        const { image_id: imageId } = request.params as { image_id: string };
        const parameters = new Parameters(request);
        const file = pictureOf(request, fileField);
        const picture = await lookAt(service, file, { parameters, embed: true, settings, signal });
        const { name, embedding } = await exampleOf(imageId);
        return {
          result: picture.faces.map((face) =>
            Object.assign(faceAnswer(face, picture, parameters), {
              subject: name,
              similarity: double(similarityOf(distance(face.embedding!, embedding), scale)),
            }),
          ),
          plugins_versions: pluginsVersions(recognizer.pack, parameters),
        };
      }),
  );

  app.post(
    '/embeddings/recognize',
    { config: { scope: 'read' }, schema: { tags, summary: 'Name embeddings' } },
    async (request) => {
      const { predictionCount } = new Parameters(request);
      const given = embeddingsIn(request.body, 'embeddings', dimension);
      await gallery.refresh();
      const result = given.map(async ({ asGiven, unitEmbedding }) => ({
        embedding: sameEmbedding(asGiven),
        similarities: await nearest(unitEmbedding, predictionCount),
      }));
      return { result: await Promise.all(result) };
    },
  );

  app.post(
    '/embeddings/faces/:image_id/verify',
    { config: { scope: 'read' }, schema: { tags, summary: 'Compare embeddings with an example' } },
    async (request) => {
      const given = embeddingsIn(request.body, 'embeddings', dimension);
      const { embedding } = await exampleOf((request.params as { image_id: string }).image_id);
      return {
        result: given
          .map(({ asGiven, unitEmbedding }) => ({
            asGiven,
            similarity: similarityOf(distance(unitEmbedding, embedding), scale),
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
