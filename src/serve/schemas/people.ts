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
export const EnrolQuerySchema = Type.Object({ box: Type.Optional(BoxQuerySchema) });

export const WarningSchema = Type.Object({ code: Type.String(), message: Type.String() });

export const EnrolAnswerSchema = Type.Object({
  person: PersonSchema,
  photos: Type.Array(
    Type.Object({
      file: Type.String(),
      exampleId: Type.Optional(Type.Integer({ description: 'Of the face that was added.' })),
      box: Type.Optional(BoxSchema),
      warnings: Type.Array(WarningSchema),
      error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String(), hint: Type.String() })),
    }),
    { description: 'In the order in which they came; a photo that failed says why.' },
  ),
});
