import { poorBelow } from '../quality/index.ts';
import type { FaceMatch, LiveFaces, LivePerson } from './live-faces.ts';

/** What a classifier asks of the faces of a gallery. */
export type KnownFaces = Pick<
  LiveFaces,
  'index' | 'version' | 'search' | 'weight' | 'spare' | 'known' | 'examplesOf' | 'sample'
>;

/** A gallery as it would be without some examples; people who have no others are not there. Copies nothing. */
export class FacesWithout implements KnownFaces {
  readonly #faces: KnownFaces;
  readonly #hidden: ReadonlySet<number>;
  #spare: ReadonlySet<number> | undefined;

  constructor(faces: KnownFaces, hidden: ReadonlySet<number>) {
    this.#faces = faces;
    this.#hidden = hidden;
  }

  /** Of the whole gallery: take vectors of examples that are not hidden. */
  get index(): KnownFaces['index'] {
    return this.#faces.index;
  }

  get version(): number {
    return this.#faces.version;
  }

  search(unitEmbedding: Float32Array, count: number): FaceMatch[] {
    const spare = this.spare;
    return this.#faces
      .search(unitEmbedding, count + this.#hidden.size)
      .filter(({ exampleId }) => !this.#hidden.has(exampleId))
      .slice(0, count)
      .map((match) => Object.assign(match, { spare: spare.has(match.exampleId) }));
  }

  weight(exampleId: number): number {
    return this.#faces.weight(exampleId);
  }

  /** A poor example counts again where the better ones are hidden. */
  get spare(): ReadonlySet<number> {
    this.#spare ??= this.#findSpare();
    return this.#spare;
  }

  #findSpare(): ReadonlySet<number> {
    const { spare } = this.#faces;
    if (spare.size === 0) return spare;
    const needed = this.#faces.known
      .filter(({ exampleIds }) => exampleIds.some((id) => this.#hidden.has(id)))
      .map(({ exampleIds }) => this.#shown(exampleIds))
      .filter((ids) => ids.every((id) => this.weight(id) < poorBelow))
      .flat();
    return needed.length === 0 ? spare : new Set([...spare].filter((id) => !needed.includes(id)));
  }

  get known(): readonly LivePerson[] {
    return this.#faces.known.flatMap((person) => {
      if (!person.exampleIds.some((id) => this.#hidden.has(id))) return person;
      const exampleIds = this.#shown(person.exampleIds);
      return exampleIds.length === 0 ? [] : { ...person, exampleIds };
    });
  }

  examplesOf(personId: string): readonly number[] {
    return this.#shown(this.#faces.examplesOf(personId));
  }

  sample(limit: number, each: number): number[][] {
    return this.#faces
      .sample(limit, each)
      .map((ids) => this.#shown(ids))
      .filter((ids) => ids.length > 1);
  }

  #shown(ids: readonly number[]): number[] {
    return ids.filter((id) => !this.#hidden.has(id));
  }
}
