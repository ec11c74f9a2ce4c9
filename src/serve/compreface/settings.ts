import type { OptionSchema, OptionsOf } from '../../kernel/index.ts';

/** What CompreFace's documentation, code and builds say differently, decided by whoever runs the server. */
export const compreFaceSettings = {
  comprefaceBoxes: {
    type: 'choice',
    choices: ['wide', 'tight'],
    default: 'wide',
    description:
      'Boxes for clients of CompreFace: wide, as its default build gives them, or tight, as the detector does.',
  },
  comprefacePixels: {
    type: 'choice',
    choices: ['upright', 'stored'],
    default: 'upright',
    description:
      'Coordinates for clients of CompreFace: of the upright photo, or, as CompreFace has it, of the pixels as stored.',
  },
  comprefaceDeleteAll: {
    type: 'choice',
    choices: ['allow', 'refuse'],
    default: 'allow',
    description:
      'Deleting faces without naming a subject: allow deletes all, as its documentation says; refuse, as its code does.',
  },
} as const satisfies OptionSchema;

export type CompreFaceSettings = OptionsOf<typeof compreFaceSettings>;
