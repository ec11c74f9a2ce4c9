/**
 * The rooms of the library as the verbs see them, each loaded when a verb first asks for it: help and
 * wrong usage answer at once, and a test passes rooms of its own.
 */
export interface Rooms {
  recognizer(): Promise<typeof import('../recognizer.ts')>;
  dataset(): Promise<typeof import('../dataset/index.ts')>;
  classify(): Promise<typeof import('../classify/index.ts')>;
  evaluate(): Promise<typeof import('../evaluate/index.ts')>;
  image(): Promise<typeof import('../image/index.ts')>;
  packs(): Promise<typeof import('../packs/index.ts')>;
  gallery(): Promise<typeof import('../gallery/index.ts')>;
  people(): Promise<typeof import('../people/index.ts')>;
  cluster(): Promise<typeof import('../cluster/index.ts')>;
  report(): Promise<typeof import('../report/index.ts')>;
  serve(): Promise<typeof import('../serve/index.ts')>;
}

/** The rooms themselves. */
export const rooms: Rooms = {
  recognizer: () => import('../recognizer.ts'),
  dataset: () => import('../dataset/index.ts'),
  classify: () => import('../classify/index.ts'),
  evaluate: () => import('../evaluate/index.ts'),
  image: () => import('../image/index.ts'),
  packs: () => import('../packs/index.ts'),
  gallery: () => import('../gallery/index.ts'),
  people: () => import('../people/index.ts'),
  cluster: () => import('../cluster/index.ts'),
  report: () => import('../report/index.ts'),
  serve: () => import('../serve/index.ts'),
};
