import { Type } from 'typebox';

export const NetworkPartSchema = Type.Enum(
  ['detector', 'detectorBytes', 'refine', 'landmarks', 'embedder', 'embedderBytes'],
  {
    description:
      'What it does: finds faces; the same in 8-bit arithmetic; of MTCNN, judges them again; finds landmarks; embeds.',
  },
);

export const PackInUseSchema = Type.Object({
  pack: Type.Any({ description: 'Pack of the library, see src/packs/pack.ts.' }),
  networks: Type.Array(
    Type.Object({
      part: NetworkPartSchema,
      name: Type.String(),
      id: Type.String({ description: 'Names the content: GET /pack/networks/{networkId}.' }),
      bytes: Type.Integer(),
    }),
    { description: 'Empty where the licence of the pack keeps them here.' },
  ),
  withheld: Type.Optional(Type.String({ description: 'Why there are no networks: … because [this].' })),
});
