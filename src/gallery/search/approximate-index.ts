import type { Index, IndexConfig } from 'usearch';
import { distance, visageError } from '../../kernel/index.ts';
import { byDistance } from './exact-index.ts';
import type { FaceIndex, Match } from './face-index.ts';
import { endGraphFile, isGraphFile } from './graph-file.ts';
import { Rows } from './rows.ts';

type Usearch = typeof import('usearch');

/**
 * Of the graph (HNSW; Malkov and Yashunin, 2018). Measured on 300,000 × 128 by bench/gallery: recall@1
 * at least 0.99 under 1 ms. Links a face, candidates looked at to add one, and to find one.
 */
const graph = { connectivity: 16, expansion_add: 128, expansion_search: 160 } as const;

/** Faces that go into the graph at once: one call for each would spend its time crossing into native code. */
const pendingRows = 1000;

/** Found ones are measured exactly and put in order; these many more than asked for make up for rounding to float16. */
const spareMatches = 8;

export interface ApproximateIndexOptions {
  /** Threads that build the graph; with more than one the graph, so what it misses, differs from run to run. */
  readonly threads?: number;
}

/** @throws VisageError `PACKAGE_MISSING` */
export async function loadUsearch(packageName = 'usearch'): Promise<Usearch> {
  try {
    return (await import(packageName)) as Usearch;
  } catch (cause) {
    // Also where the package is there but has no binary for this platform.
    throw visageError('PACKAGE_MISSING', { feature: 'Approximate search', package: packageName }, cause);
  }
}

/**
 * Looks only at a small part of the embeddings, led by a graph of neighbours (usearch): well under a
 * millisecond where a scan takes tens, and now and then it misses the nearest. The graph holds float16;
 * what it finds is measured and ordered by the full embeddings, which are kept beside it.
 *
 * A graph can be saved and looked at where it lies on disk (memory-mapped). It cannot be changed there:
 * faces added later go into a second graph in memory, and removed ones are passed over. So any graph that
 * was ever saved for these ids will do, however old.
 */
export class ApproximateIndex implements FaceIndex {
  readonly kind = 'approximate' as const;
  readonly #usearch: Usearch;
  readonly #threads: number;
  readonly #rows: Rows;
  /** What is in memory and can be changed. */
  #graph: Index;
  #pending: number[] = [];
  /** Looked at on disk. */
  #mapped: Index | undefined;
  /** Faces in the mapped graph that are no longer there: so many more have to be asked for. */
  #passedOver = 0;

  constructor(usearch: Usearch, dimension: number, options: ApproximateIndexOptions = {}) {
    this.#usearch = usearch;
    this.#threads = options.threads ?? 1;
    this.#rows = new Rows(dimension);
    this.#graph = this.#emptyGraph();
  }

  get dimension(): number {
    return this.#rows.dimension;
  }

  get size(): number {
    return this.#rows.size;
  }

  add(id: number, unitEmbedding: Float32Array): void {
    this.#rows.add(id, unitEmbedding);
    if (this.#mapped?.contains(BigInt(id)) === true) this.#passedOver--;
    else if (this.#pending.push(id) === pendingRows) this.#link();
  }

  remove(id: number): boolean {
    if (!this.#rows.remove(id)) return false;
    const pending = this.#pending.indexOf(id);
    if (pending >= 0) this.#pending.splice(pending, 1);
    else if (this.#mapped?.contains(BigInt(id)) === true) this.#passedOver++;
    else this.#graph.remove(BigInt(id));
    return true;
  }

  vector(id: number): Float32Array | undefined {
    return this.#rows.row(id);
  }

  search(unitEmbedding: Float32Array, count: number): Match[] {
    const wanted = Math.min(Math.max(0, count), this.size);
    if (wanted === 0) return [];
    this.#link();
    const found: Match[] = [];
    this.#collect(this.#graph, unitEmbedding, wanted + spareMatches, found);
    if (this.#mapped !== undefined) {
      // Removed faces crowd out others near them; ask for more until enough are left.
      const total = this.#mapped.size();
      const before = found.length;
      const enough = Math.min(wanted, total - this.#passedOver);
      for (let asked = wanted + spareMatches; found.length - before < enough; asked *= 4) {
        found.length = before;
        this.#collect(this.#mapped, unitEmbedding, asked, found);
        if (asked >= total) break;
      }
    }
    return found.sort(byDistance).slice(0, wanted);
  }

  #collect(from: Index, unitEmbedding: Float32Array, count: number, found: Match[]): void {
    const limit = Math.min(count, from.size());
    if (limit === 0) return;
    for (const key of from.search(unitEmbedding, limit, 1).keys) {
      const id = Number(key);
      const row = this.#rows.row(id);
      if (row !== undefined) found.push({ id, distance: distance(row, unitEmbedding) });
    }
  }

  /** Puts what waits into the graph. */
  #link(): void {
    if (this.#pending.length === 0) return;
    const { dimension } = this;
    const block = new Float32Array(this.#pending.length * dimension);
    for (const [i, id] of this.#pending.entries()) block.set(this.#rows.row(id)!, i * dimension);
    this.#graph.add(BigUint64Array.from(this.#pending, BigInt), block, this.#threads);
    this.#pending = [];
  }

  /**
   * Writes the graph to `path`, not atomically. What is mapped is put into a new graph first.
   * The file holds the embeddings, rounded to float16: it needs the same care as they do.
   */
  save(path: string): void {
    if (this.#mapped !== undefined) {
      this.#mapped = undefined;
      this.#passedOver = 0;
      this.#graph = this.#emptyGraph();
      this.#pending = [...this.#rows.ids.subarray(0, this.size)];
    }
    this.#link();
    this.#graph.save(path);
    endGraphFile(path, this.dimension);
  }

  /**
   * Looks at a saved graph where it lies on disk, then takes embeddings by {@link add}: those whose
   * ids it holds cost nothing more. The index must be empty; an id must always mean the same embedding.
   * The file must not be written to while it is looked at (it may be replaced or deleted).
   * @returns whether the file is a whole graph of this kind; if not, the index works without it
   */
  view(path: string): boolean {
    if (this.size > 0) throw new RangeError('view comes before the first add');
    if (!isGraphFile(path, this.dimension)) return false;
    const mapped = this.#emptyGraph();
    mapped.view(path);
    this.#mapped = mapped;
    this.#passedOver = mapped.size();
    return true;
  }

  #emptyGraph(): Index {
    const { Index, MetricKind, ScalarKind } = this.#usearch;
    const config: IndexConfig = {
      dimensions: this.#rows.dimension,
      // For unit vectors 1 − a·b orders as the distance does.
      metric: MetricKind.IP,
      quantization: ScalarKind.F16,
      multi: false,
      ...graph,
    };
    return new Index(config);
  }
}
