import type { OptionSchema } from '../../kernel/index.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags, seedSchema } from '../common-flags.ts';
import { faceSchema } from '../evaluation/flags.ts';
import { addFlags, readFlags } from '../flags.ts';
import type { DefineVerb } from '../run.ts';

const description = `Train a pack further on your own people, with pairs or triplets of their faces, and install the result as a new pack.

The data set is a folder sorted by person, <name>/<photo>; a hundred people with several photos each do good, six only show how it works. A share of the people is kept apart (--apart): the training never sees them. One half of them chooses when to stop, the other judges, before and after. Of trained people with five photos or more a tenth is set aside to choose, and a tenth to judge.

Trains the last layer: the rest of the network runs once for each photo and its variations (mirrored, shifted, turned, lit, blurred, compressed). The pack in use is only read; the new one has its own distance and calibration.

When it is interrupted, photos that were looked at are kept, and the training as it was when it last looked at the people kept apart: --resume goes on from there.`;

const examples = `
Examples:
  visage finetune my-people/ --as family
  visage identify party.jpg --gallery people.gallery --pack family
  visage finetune my-people/ --as family --resume
  visage finetune my-people/ --loss arcface --minutes 10 --seed 7 --json`;

const schema = {
  loss: {
    type: 'choice',
    choices: ['contrastive', 'triplet', 'arcface'],
    default: 'contrastive',
    description:
      'contrastive: pairs on the right side of one distance; triplet: who is nearer; arcface: angles to a centre of each person',
  },
  mining: {
    type: 'choice',
    choices: ['batch-hard', 'semi-hard', 'batch-all', 'davidsandberg'],
    default: 'batch-hard',
    description: 'of triplet: which triplets of a batch are taken',
  },
  margin: {
    type: 'number',
    default: 0.05,
    exclusiveMin: 0,
    max: 4,
    description: 'of triplet: how much farther than the positive the negative must be, in squared distance',
  },
  learningRate: {
    type: 'number',
    default: 0.0003,
    exclusiveMin: 0,
    description: 'the highest learning rate',
  },
  epochs: {
    type: 'number',
    default: 100,
    exclusiveMin: 0,
    description: 'times that the training sees as many photos as there are',
  },
  minutes: {
    type: 'number',
    default: 0,
    min: 0,
    description: 'minutes of training after which it stops with the best so far; 0: no limit',
  },
  patience: {
    type: 'number',
    integer: true,
    default: 5,
    min: 1,
    description: 'looks at the people kept apart without a better result after which it stops',
  },
  apart: {
    type: 'number',
    default: 0.2,
    exclusiveMin: 0,
    max: 0.9,
    description: 'share of the people that is kept apart',
  },
  blend: {
    type: 'number',
    default: 0.75,
    exclusiveMin: 0,
    max: 1,
    description: 'how far from the old layer to the new one: less gains less and costs others less',
  },
  variations: {
    type: 'number',
    integer: true,
    default: 2,
    min: 0,
    max: 32,
    description: 'variations of each photo that are trained on beside it',
  },
  ...faceSchema,
  ...seedSchema,
  resume: {
    type: 'boolean',
    default: false,
    description: 'go on where the same training was interrupted',
  },
} as const satisfies OptionSchema;

export const defineFinetune: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<dataset>', 'folder of photos, sorted by name')
    .option('--as <name>', 'name of the new pack (default: that of the old one with -tuned)')
    .option('--report <file>', 'where the page with the curves goes', 'visage-finetune.html')
    .addHelpText('after', examples);
  addNetworkFlags(
    addFlags(command, schema, {
      epochs: 'as many as 100 steps take',
      learningRate: '0.0003; 0.02 with triplet, 0.001 with arcface',
      blend: '0.75; 0.3 with triplet or arcface',
    }),
  );
  addOutputFlags(command).action(async (path: string, { as, report }: { as?: string; report: string }) => {
    const given = command.opts<{ epochs?: number; learningRate?: number; blend?: number }>();
    const { epochs, learningRate, blend, ...flags } = readFlags(command, schema);
    const { pack = 'bundled', ...workers } = readNetworkFlags(command);
    const { runFinetune } = await import('../finetune/run.ts');
    await runFinetune(run, {
      ...flags,
      ...(given.epochs !== undefined && { epochs }),
      ...(given.learningRate !== undefined && { learningRate }),
      ...(given.blend !== undefined && { blend }),
      path,
      pack,
      name: as ?? `${pack.replaceAll('+', '-')}-tuned`,
      report,
      workers,
    });
  });
};
