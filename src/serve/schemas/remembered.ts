import { Type } from 'typebox';
import { BoxSchema } from './geometry.ts';

export const FaceParamsSchema = Type.Object({ faceId: Type.String() });

export const RememberedFaceSchema = Type.Object({
  faceId: Type.String(),
  source: Type.String({ description: 'File name of the photo.' }),
  box: BoxSchema,
  score: Type.Number(),
  seenAtMs: Type.Integer(),
});

export const ClustersSchema = Type.Object({
  clusters: Type.Array(
    Type.Object({
      clusterId: Type.String(),
      faces: Type.Array(RememberedFaceSchema, { description: 'The most typical first.' }),
    }),
    { description: 'Remembered faces that nobody in the gallery bears, by person; the largest first.' },
  ),
});

export const NameFacesSchema = Type.Object({
  name: Type.String({ description: 'Of a person who is there, or of a new one.' }),
  faceIds: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
});
