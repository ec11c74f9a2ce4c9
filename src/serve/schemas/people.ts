import { Type } from 'typebox';
import { BoxQuerySchema, BoxSchema } from './geometry.ts';
import { FileSchema } from './upload.ts';

const NameSchema = Type.String({ description: '1 to 200 visible characters; case does not count.' });
const personId = Type.String({ description: 'A UUID; stays through renaming and merging.' });

export const PersonSchema = Type.Object({
  id: personId,
  name: Type.String(),
  exampleCount: Type.Integer(),
});

export const PersonInListSchema = Type.Object({
  ...PersonSchema.properties,
  coverExampleId: Type.Union([Type.Integer(), Type.Null()], {
    description: 'An example that has a crop, to show the person by.',
  }),
});

export const PeopleSchema = Type.Object({ people: Type.Array(PersonInListSchema) });

export const ExampleSchema = Type.Object({
  id: Type.Integer(),
  source: Type.String({ description: 'File name of the photo.' }),
  quality: Type.Record(Type.String(), Type.Number()),
  addedAtMs: Type.Union([Type.Integer(), Type.Null()]),
  hasCrop: Type.Boolean(),
  mergedFrom: Type.Union([Type.String(), Type.Null()], {
    description: 'Id of the merged person it came with.',
  }),
});

export const PersonDetailsSchema = Type.Object({
  ...PersonSchema.properties,
  examples: Type.Array(ExampleSchema),
  merged: Type.Array(PersonSchema, {
    description: 'Who was merged into this person; unmerge gives them back.',
  }),
});

export const PersonParamsSchema = Type.Object({ personId });
export const ExampleParamsSchema = Type.Object({ exampleId: Type.Integer({ minimum: 1 }) });

export const NewPersonSchema = Type.Object({ name: NameSchema });
export const RenameSchema = Type.Object({ name: NameSchema });
export const MergeSchema = Type.Object({
  from: Type.String({ description: 'Id of the person who becomes this one.' }),
});
export const UnmergeSchema = Type.Object({
  personId: Type.String({ description: 'Id of somebody who was merged into this person.' }),
  name: Type.Optional(NameSchema),
});
export const SplitSchema = Type.Object({
  exampleIds: Type.Array(Type.Integer(), { minItems: 1 }),
  name: NameSchema,
});
export const MoveExampleSchema = Type.Object({ personId: Type.String() });

export const DeletionSchema = Type.Object({
  examples: Type.Integer(),
  erased: Type.Boolean({
    description:
      'Whether nothing of it is left in the files of the gallery; false while another process reads.',
  }),
});

export const EnrolBodySchema = Type.Object({
  name: Type.String({ description: 'Of a person who is there, or of a new one.' }),
  photo: Type.Array(FileSchema, { minItems: 1, maxItems: 100 }),
});
export const EnrolQuerySchema = Type.Object({
  box: Type.Optional(BoxQuerySchema),
  keepDuplicates: Type.Boolean({
    default: false,
    description: 'Add pictures again that the person has already.',
  }),
});

export const WarningSchema = Type.Object({
  code: Type.String({ description: 'What may be wrong: several-faces, duplicate, nearer-to-another, …' }),
  message: Type.String(),
  person: Type.Optional(Type.String({ description: 'Whom else it is about.' })),
  distance: Type.Optional(Type.Number()),
  exampleId: Type.Optional(Type.Integer({ description: 'What it was compared with.' })),
});

export const QualitySchema = Type.Object({
  overall: Type.Number({ description: 'In [0, 1].' }),
  verdict: Type.String({ description: 'good, fair or poor.' }),
  reasons: Type.Array(Type.String()),
});

export const EnrolledPhotoSchema = Type.Object({
  file: Type.String(),
  exampleId: Type.Optional(
    Type.Integer({
      description: 'Of the face that was added; absent where the person has the picture already.',
    }),
  ),
  box: Type.Optional(BoxSchema),
  quality: Type.Optional(QualitySchema),
  warnings: Type.Array(WarningSchema),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String(), hint: Type.String() })),
});

export const EnrolAnswerSchema = Type.Object({
  person: PersonSchema,
  isNew: Type.Boolean({ description: 'Whether the name was new.' }),
  photos: Type.Array(EnrolledPhotoSchema, {
    description: 'In the order in which they came; a photo that failed says why.',
  }),
});
