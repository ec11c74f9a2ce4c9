import { Type } from 'typebox';

const orNull = <Schema extends Type.TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description });

const rate = {
  falseAcceptRate: Type.Optional(
    Type.Number({
      description:
        'How often the face of a stranger comes as near to anybody then; absent where the pack is not calibrated.',
    }),
  ),
};

export const EvaluationSchema = Type.Object({
  pack: Type.String(),
  maxDistance: Type.Number({
    description:
      'Two faces farther apart count as two people. It decides whether a face has a name only where the pack is not calibrated, so where maxFalseAccept is null.',
  }),
  maxFalseAccept: orNull(
    Type.Number(),
    'With a calibrated pack: the share of strangers that may be given a name, which decides whether a face has one.',
  ),
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
      asSeen: orNull(
        Type.Object({
          outcome: Type.Enum(['right', 'missed', 'mistaken'], {
            description: 'missed: it would have been unknown; mistaken: it would have had another name.',
          }),
          ...rate,
        }),
        'What identify would have said of it without this example; null where the person has no other.',
      ),
      asStranger: orNull(
        Type.Object({ named: Type.Boolean(), ...rate }),
        'Whether identify would have given it a name had the person never been enrolled; null where there is nobody else.',
      ),
      x: Type.Number({ description: 'On the map; units without meaning.' }),
      y: Type.Number(),
    }),
    {
      description:
        'Each example as if it had just been seen: asSeen and asStranger by the rule that names faces here. By distance alone, at a threshold t it is missed where nearestOwn > t, mistaken where nearestOther ≤ t and nearestOther < nearestOwn.',
    },
  ),
  binWidth: Type.Number(),
  samePerson: Type.Array(Type.Integer(), {
    description: 'Pairs of examples of one person by distance, in bins of binWidth from 0.',
  }),
  twoPeople: Type.Array(Type.Integer(), { description: 'Pairs of examples of two people.' }),
});
