import { Type } from 'typebox';
import { namedFields } from './faces.ts';

/** So many faces are before a camera, and a search each holds the server up only so long. */
const mostEmbeddings = 64;

/** What a network gives is far below; squares of larger numbers would leave float32. */
const mostValue = 1e6;

/** The pack is named so that numbers of another one are refused, not misunderstood. */
export const embeddingsBodySchema = (pack: string, dimension: number) =>
  Type.Object({
    pack: Type.Literal(pack, { description: 'Of the embeddings: the pack in use.' }),
    embeddings: Type.Array(
      Type.Array(Type.Number({ minimum: -mostValue, maximum: mostValue }), {
        minItems: dimension,
        maxItems: dimension,
      }),
      { minItems: 1, maxItems: mostEmbeddings, description: 'As the network gives them, of any length.' },
    ),
  });

export const NamedEmbeddingsSchema = Type.Object({
  pack: Type.String(),
  faces: Type.Array(Type.Object(namedFields), { description: 'In the order of the embeddings.' }),
});
