import { setImmediate as breath } from 'node:timers/promises';
import { Rows, rowsAtOnce } from '../gallery/index.ts';
import type { ProgressListener } from '../kernel/index.ts';
import { Candidates, precedes, type Candidate } from './candidates.ts';
import { emptyTree, type MergeTree } from './merge-tree.ts';
import { Plan, type PlannedStep } from './plan.ts';

/** Similarity of steps that were asked for: above any that is measured. */
export const asked = 2;

export interface Growth {
  /** Ids of the faces, sorted by code point, no two alike. */
  readonly leaves: readonly string[];
  /** Their unit embeddings. */
  readonly vectors: readonly Float32Array[];
  /** Two faces are merged while their similarity is at least this. */
  readonly leastSimilarity: number;
  /** How much less similar to others a group may be: of n faces, (1 − 1/n) times this; of two groups, the sum. */
  readonly groupAllowance: number;
  /** Pairs of leaves that must not be in one cluster. */
  readonly apart: Iterable<readonly [number, number]>;
  /** Disjoint groups of two or more leaves that are merged before anything else. */
  readonly together: readonly (readonly number[])[];
  /** Leaves that are merged with no other, unless together with it. */
  readonly alone?: ReadonlySet<number>;
  /** How the faces were merged before some were added or taken away. */
  readonly earlier?: MergeTree;
  /** Leaves that are in `earlier` too, but with another embedding or under other rules. */
  readonly touched?: Iterable<number>;
  readonly progress?: ProgressListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GrownTree {
  readonly tree: MergeTree;
  /** How many faces and groups of faces were compared with all others; the rest was known from `earlier`. */
  readonly searches: number;
}

/** Products between two breaths of the event loop: some 20 ms. */
const productsPerBreath = 1_000_000;

/**
 * Agglomerative clustering by average linkage: again and again the two most similar nodes are merged,
 * their similarity being the mean of the dot products of all pairs of faces between them (for unit
 * vectors, 1 − half the mean squared distance; Sokal and Michener 1958, UPGMA). That mean is the dot product
 * of the two means, so a node is one row of numbers and no table of pairs is needed: memory is O(n), time
 * O(n²) products. It ends where no two nodes are similar enough. For groups less is enough: a mean over many
 * faces is less often high by chance.
 *
 * With an earlier tree its steps are repeated as long as nothing new comes between: a step stands if both
 * its nodes come about as before and none of them finds something new more similar first. The tree is
 * the one that a growth from nothing gives, whatever came in which order; only its cost differs. What is
 * searched anew is what is new, and what had merged with it or with something gone.
 *
 * The greedy order is kept with one candidate a searching node, its nearest among those that were there
 * when it came. Of any two nodes one came later and has looked at the other, so no pair is overlooked;
 * a candidate whose nearest is gone looks again. Nodes of repeated steps do not search, so they are shown to
 * those that do. Among themselves they have nothing to find: the earlier growth took the best of them.
 */
export async function growTree(growth: Growth): Promise<GrownTree> {
  return new Growing(growth).run();
}

class Growing {
  readonly #growth: Growth;
  readonly #leafCount: number;
  /** The means of the nodes that are not yet part of another. */
  readonly #active: Rows;
  /** Those of them that search: their nearest is not known from the earlier tree. */
  readonly #searching: Rows;
  readonly #query: Float32Array;
  readonly #sizes: Float64Array;
  readonly #allowances: Float64Array;
  readonly #firstLeaf: Int32Array;
  readonly #apart = new Map<number, Set<number>>();
  readonly #candidates = new Candidates();
  readonly #stepNodes: number[] = [];
  readonly #similarities: number[] = [];
  readonly #plan: Plan;
  #searches = 0;
  #products = 0;

  constructor(growth: Growth) {
    const { leaves, vectors, apart } = growth;
    this.#growth = growth;
    this.#leafCount = leaves.length;
    this.#active = new Rows(vectors[0]?.length ?? 1);
    this.#searching = new Rows(this.#active.dimension);
    this.#query = new Float32Array(this.#active.stride);
    this.#sizes = new Float64Array(2 * leaves.length).fill(1);
    this.#allowances = new Float64Array(2 * leaves.length);
    this.#firstLeaf = Int32Array.from({ length: 2 * leaves.length }, (_, i) => i);
    for (const [a, b] of apart) this.#separate(a, b);
    this.#plan = new Plan(growth.earlier ?? emptyTree, leaves);
  }

  async run(): Promise<GrownTree> {
    const { vectors, together, alone = new Set(), touched = [] } = this.#growth;
    const plan = this.#plan;
    const fresh = new Set(touched);
    for (let leaf = 0; leaf < this.#leafCount; leaf++) if (!plan.knows(leaf)) fresh.add(leaf);
    const regrouped = together.filter((group) => group.some((leaf) => fresh.has(leaf)));
    for (const group of regrouped) for (const leaf of group) fresh.add(leaf);
    for (const leaf of fresh) plan.forget(leaf);

    const grouped = new Set(together.flat());
    const searching: number[] = [];
    for (let leaf = 0; leaf < this.#leafCount; leaf++) {
      if (alone.has(leaf) && !grouped.has(leaf)) continue;
      if (fresh.has(leaf) || plan.lostPartner(leaf)) searching.push(leaf);
      else this.#active.add(leaf, vectors[leaf]!);
    }
    const inGroup = new Set(regrouped.flat());
    for (const [done, leaf] of searching.entries()) {
      if (inGroup.has(leaf)) continue;
      // Each looks among those before it: every pair is met once.
      await this.#search(leaf, vectors[leaf]!);
      this.#active.add(leaf, vectors[leaf]!);
      if (done % 256 === 0) {
        this.#growth.progress?.({ stage: 'comparing faces', done, total: searching.length });
      }
    }
    for (const group of regrouped) {
      for (const leaf of group) this.#active.add(leaf, vectors[leaf]!);
      const whole = group.reduce((node, leaf) => this.#merge(node, leaf, asked));
      await this.#search(whole, this.#active.row(whole)!);
    }
    await this.#mergeAll();
    if (searching.length > 0) {
      this.#growth.progress?.({
        stage: 'comparing faces',
        done: searching.length,
        total: searching.length,
      });
    }
    return { tree: this.#tree(), searches: this.#searches };
  }

  async #mergeAll(): Promise<void> {
    const plan = this.#plan;
    for (;;) {
      const step = plan.next();
      const candidate = await this.#nextCandidate();
      if (candidate === undefined && step === undefined) return;
      if (candidate !== undefined && (step === undefined || this.#comesFirst(candidate, step))) {
        const { node, nearest, similarity } = candidate;
        this.#candidates.pop();
        const merged = this.#merge(node, nearest, similarity);
        const orphans = [...plan.withdraw(node), ...plan.withdraw(nearest)];
        await this.#search(merged, this.#active.row(merged)!);
        for (const orphan of orphans) {
          if (this.#active.has(orphan)) await this.#search(orphan, this.#active.row(orphan)!);
        }
      } else {
        const { nodes, similarity } = plan.take();
        const merged = this.#merge(nodes[0], nodes[1], similarity);
        plan.made(merged);
        if (plan.lostPartner(merged)) await this.#search(merged, this.#active.row(merged)!);
        else await this.#show(merged);
      }
    }
  }

  #comesFirst(candidate: Candidate, { nodes, similarity }: PlannedStep): boolean {
    const [a, b] = [this.#firstLeaf[nodes[0]]!, this.#firstLeaf[nodes[1]]!];
    return precedes(candidate, { similarity, first: Math.min(a, b), second: Math.max(a, b) });
  }

  /** The best candidate whose nodes are both there. */
  async #nextCandidate(): Promise<Candidate | undefined> {
    for (;;) {
      const { next } = this.#candidates;
      if (next === undefined) return undefined;
      const here = this.#active.has(next.node);
      if (here && this.#active.has(next.nearest)) return next;
      this.#candidates.pop();
      if (here) await this.#search(next.node, this.#active.row(next.node)!);
    }
  }

  /** Finds the node nearest to `node` and enters both as a candidate, unless all are too far away. */
  async #search(node: number, vector: Float32Array): Promise<void> {
    this.#searches++;
    // With nothing to repeat nobody has to be shown to those who search.
    if (!this.#plan.isEmpty && !this.#searching.has(node)) this.#searching.add(node, vector);
    await this.#scan(this.#active, node, vector);
  }

  /** Enters `node` and the searching node nearest to it. */
  async #show(node: number): Promise<void> {
    if (this.#searching.size > 0) await this.#scan(this.#searching, node, this.#active.row(node)!);
  }

  async #scan(among: Rows, node: number, vector: Float32Array): Promise<void> {
    const { size } = among;
    this.#query.set(vector);
    this.#products += size;
    if (this.#products >= productsPerBreath) {
      this.#products = 0;
      await breath();
      this.#growth.signal?.throwIfAborted();
    }
    const apart = this.#apart.get(node);
    const firstLeaf = this.#firstLeaf;
    const allowances = this.#allowances;
    const own = allowances[node]!;
    const { leastSimilarity, groupAllowance } = this.#growth;
    // Nobody is granted more than that, so most products need no second look.
    let similarity = leastSimilarity - own - groupAllowance;
    let nearest = -1;
    for (let first = 0; first < size; first += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, size - first);
      const products = among.multiply(this.#query, first, count);
      const { ids } = among;
      for (let i = 0; i < count; i++) {
        const other = ids[first + i]!;
        const here = products[i]!;
        if (here < similarity || here + (own + allowances[other]!) < leastSimilarity) continue;
        if (here === similarity && nearest >= 0 && firstLeaf[other]! > firstLeaf[nearest]!) continue;
        if (other === node || apart?.has(other) === true) continue;
        similarity = here;
        nearest = other;
      }
    }
    if (nearest < 0) return;
    const [a, b] = [firstLeaf[node]!, firstLeaf[nearest]!];
    this.#candidates.push({
      similarity,
      node,
      nearest,
      first: Math.min(a, b),
      second: Math.max(a, b),
    });
  }

  /** Puts a node that holds both into their place, and gives its number. */
  #merge(a: number, b: number, similarity: number): number {
    const [low, high] = this.#firstLeaf[a]! < this.#firstLeaf[b]! ? [a, b] : [b, a];
    const merged = this.#leafCount + this.#similarities.length;
    this.#stepNodes.push(low, high);
    this.#similarities.push(similarity);
    const [lowSize, highSize] = [this.#sizes[low]!, this.#sizes[high]!];
    const size = lowSize + highSize;
    this.#sizes[merged] = size;
    this.#allowances[merged] = this.#growth.groupAllowance * (1 - 1 / size);
    this.#firstLeaf[merged] = this.#firstLeaf[low]!;
    const mean = Float32Array.from(this.#active.row(low)!);
    const other = this.#active.row(high)!;
    for (let i = 0; i < mean.length; i++) mean[i] = (lowSize * mean[i]! + highSize * other[i]!) / size;
    for (const part of [low, high]) {
      this.#active.remove(part);
      this.#searching.remove(part);
    }
    this.#active.add(merged, mean);
    for (const part of [low, high]) {
      for (const other of this.#apart.get(part) ?? []) {
        this.#apart.get(other)!.delete(part);
        this.#separate(merged, other);
      }
      this.#apart.delete(part);
    }
    return merged;
  }

  #separate(a: number, b: number): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const others = this.#apart.get(one);
      if (others === undefined) this.#apart.set(one, new Set([other]));
      else others.add(other);
    }
  }

  #tree(): MergeTree {
    return {
      leaves: this.#growth.leaves,
      nodes: Int32Array.from(this.#stepNodes),
      similarities: Float64Array.from(this.#similarities),
    };
  }
}
