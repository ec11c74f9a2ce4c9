import { Type } from 'typebox';
import { BoxSchema, PointSchema } from './geometry.ts';
import { QualitySchema } from './people.ts';
import { OneFileSchema } from './upload.ts';

const found = {
  box: BoxSchema,
  score: Type.Number({ description: 'How sure the detector is, in [0, 1].' }),
  landmarks: Type.Array(PointSchema, {
    description: 'Eyes, tip of the nose, corners of the mouth; left before right as in the picture.',
  }),
};

export const DetectedFaceSchema = Type.Object(found);

export const CandidateSchema = Type.Object({
  name: Type.String(),
  personId: Type.String(),
  probability: Type.Number(),
});

/** What is said of whose a face is. */
export const namedFields = {
  name: Type.Union([Type.String(), Type.Null()], { description: 'null: nobody in the gallery.' }),
  personId: Type.Union([Type.String(), Type.Null()]),
  probability: Type.Number({
    description:
      'That it is the name, or the best candidate where the face is unknown, among the people of the gallery: strangers are left out of account.',
  }),
  distance: Type.Number({
    description: 'Euclidean distance in [0, 2] to the nearest example; 2 where there is none.',
  }),
  certainty: Type.Optional(
    Type.Number({
      description:
        'Probability that it is the name, or the best candidate, where a stranger is as likely beforehand as all people of the gallery together. Here and below: absent where the pack is not calibrated.',
    }),
  ),
  falseAcceptRate: Type.Optional(
    Type.Number({
      description:
        'How often the face of a stranger comes as near to anybody in this gallery: the smaller, the surer. Above the maxFalseAccept of the server there is no name.',
    }),
  ),
  unknown: Type.Optional(
    Type.Object(
      {
        reason: Type.Enum(['too-far', 'too-alike', 'poor-face'], {
          description:
            'too-far: nobody is near enough; too-alike: near enough to two people, and hardly nearer to one than to the other; poor-face: nobody is near enough, and the face is too poor to expect otherwise.',
        }),
        names: Type.Optional(
          Type.Array(Type.String(), { description: 'With too-alike: the two, the likelier first.' }),
        ),
        problem: Type.Optional(
          Type.String({ description: 'With poor-face: what is poor about it, in words.' }),
        ),
      },
      { description: 'Why there is no name; absent where there is one.' },
    ),
  ),
  candidates: Type.Array(CandidateSchema, { description: 'At most 5, most probable first.' }),
};

export const IdentifiedFaceSchema = Type.Object({
  ...found,
  ...namedFields,
  faceId: Type.Optional(
    Type.String({ description: 'Only with remember=true: names the face in later requests.' }),
  ),
});

const photo = {
  pack: Type.String(),
  width: Type.Integer({ description: 'Of the upright photo, in pixels.' }),
  height: Type.Integer(),
};

export const DetectAnswerSchema = Type.Object({ ...photo, faces: Type.Array(DetectedFaceSchema) });
export const IdentifyAnswerSchema = Type.Object({ ...photo, faces: Type.Array(IdentifiedFaceSchema) });

export const IdentifyQuerySchema = Type.Object({
  remember: Type.Boolean({
    default: false,
    description:
      'Keep crops and embeddings of the faces in memory for a while, so that they can be named by faceId.',
  }),
});

export const VerifyBodySchema = Type.Object({ first: OneFileSchema, second: OneFileSchema });

const verified = Type.Object({
  width: Type.Integer(),
  height: Type.Integer(),
  faceCount: Type.Integer({ description: 'Of the photo; one of them was compared.' }),
  face: DetectedFaceSchema,
  quality: QualitySchema,
});

export const VerifyAnswerSchema = Type.Object({
  pack: Type.String(),
  same: Type.Boolean({ description: 'Whether the distance is within maxDistance.' }),
  distance: Type.Number(),
  probability: Type.Number({
    description: 'That it is one person, where as many pairs are of one person as of two.',
  }),
  maxDistance: Type.Number(),
  first: verified,
  second: verified,
});
