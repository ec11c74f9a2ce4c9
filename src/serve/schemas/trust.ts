import { Type } from 'typebox';

const orNull = <Schema extends Type.TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description });

export const EvaluationSchema = Type.Object({
  pack: Type.String(),
  maxDistance: Type.Number({ description: 'The threshold in use: beyond it a face is unknown.' }),
  version: Type.Integer({ description: 'Of the gallery.' }),
  examples: Type.Integer({ description: 'In the gallery; at most 1,000 of them are judged.' }),
  method: Type.String({ description: 'How the map was drawn: umap or pca.' }),
  faces: Type.Array(
    Type.Object({
      exampleId: Type.Integer(),
      personId: Type.String(),
      nearestOwn: orNull(Type.Number(), 'Distance to the nearest other example of the same person.'),
      nearestOther: orNull(Type.Number(), 'Distance to the nearest example of anybody else.'),
      otherPersonId: orNull(Type.String(), 'Who that is.'),
      x: Type.Number({ description: 'On the map; units without meaning.' }),
      y: Type.Number(),
    }),
    {
      description:
        'Each example as if it had just been seen. At a threshold t it is missed where nearestOwn > t, mistaken where nearestOther ≤ t and nearestOther < nearestOwn.',
    },
  ),
  binWidth: Type.Number(),
  samePerson: Type.Array(Type.Integer(), {
    description: 'Pairs of examples of one person by distance, in bins of binWidth from 0.',
  }),
  twoPeople: Type.Array(Type.Integer(), { description: 'Pairs of examples of two people.' }),
});
