import type { DefineVerb } from './run.ts';

/** A verb of the program. Its arguments and flags are loaded when it is asked for: help and version answer at once. */
export interface Verb {
  readonly name: string;
  /** What the list of verbs says of it. */
  readonly summary: string;
  readonly load: () => Promise<DefineVerb>;
}

/** In the order of the job; `visage --help` lists them so. */
export const verbs: readonly Verb[] = [
  {
    name: 'prepare',
    summary: 'find and cut out the faces of a data set',
    load: async () => (await import('./verbs/prepare.ts')).definePrepare,
  },
  {
    name: 'embed',
    summary: 'turn faces into embeddings',
    load: async () => (await import('./verbs/embed.ts')).defineEmbed,
  },
  {
    name: 'train',
    summary: 'learn from embeddings, and test it',
    load: async () => (await import('./verbs/train.ts')).defineTrain,
  },
  {
    name: 'identify',
    summary: 'name every face in photos',
    load: async () => (await import('./verbs/identify.ts')).defineIdentify,
  },
  {
    name: 'enroll',
    summary: 'add photos of a person to the gallery',
    load: async () => (await import('./verbs/enroll.ts')).defineEnroll,
  },
  {
    name: 'people',
    summary: 'list, show, rename, merge, split and delete people',
    load: async () => (await import('./verbs/people/people.ts')).definePeople,
  },
  {
    name: 'verify',
    summary: 'do two photos show the same person?',
    load: async () => (await import('./verbs/verify.ts')).defineVerify,
  },
  {
    name: 'cluster',
    summary: 'group the faces of a folder by person',
    load: async () => (await import('./verbs/cluster.ts')).defineCluster,
  },
  {
    name: 'detect',
    summary: 'find the faces in photos',
    load: async () => (await import('./verbs/detect.ts')).defineDetect,
  },
  {
    name: 'demo',
    summary: 'all of it at once, with a report',
    load: async () => (await import('./demo/demo.ts')).defineDemo,
  },
  {
    name: 'evaluate',
    summary: 'measure how good it is',
    load: async () => (await import('./verbs/evaluate/evaluate.ts')).defineEvaluate,
  },
  {
    name: 'finetune',
    summary: 'train a pack further on your own people',
    load: async () => (await import('./verbs/finetune.ts')).defineFinetune,
  },
  {
    name: 'serve',
    summary: 'answer over HTTP',
    load: async () => (await import('./verbs/serve.ts')).defineServe,
  },
  {
    name: 'keys',
    summary: 'make, list and revoke keys of the server',
    load: async () => (await import('./verbs/keys/keys.ts')).defineKeys,
  },
  {
    name: 'models',
    summary: 'list, pull, import, check and remove packs',
    load: async () => (await import('./verbs/models/models.ts')).defineModels,
  },
  {
    name: 'doctor',
    summary: 'check that everything works here',
    load: async () => (await import('./verbs/doctor.ts')).defineDoctor,
  },
];
