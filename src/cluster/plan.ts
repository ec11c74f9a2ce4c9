import { type MergeTree, parentSteps } from './merge-tree.ts';

export interface PlannedStep {
  /** By their numbers today. */
  readonly nodes: readonly [number, number];
  readonly similarity: number;
}

/** The steps of an earlier tree that may be repeated, in their order. */
export class Plan {
  readonly #earlier: MergeTree;
  readonly #parents: Int32Array;
  readonly #withdrawn: Uint8Array;
  /** Numbers of the earlier tree's nodes today, −1 where they are not there (yet). */
  readonly #today: Int32Array;
  /** The reverse: nodes that came about as before. */
  readonly #before = new Map<number, number>();
  #at = 0;

  constructor(earlier: MergeTree, leaves: readonly string[]) {
    this.#earlier = earlier;
    this.#parents = parentSteps(earlier);
    this.#withdrawn = new Uint8Array(earlier.similarities.length);
    this.#today = new Int32Array(this.#parents.length).fill(-1);
    const places = new Map(leaves.map((leaf, place) => [leaf, place]));
    for (const [before, leaf] of earlier.leaves.entries()) {
      const place = places.get(leaf);
      if (place === undefined) this.#withdrawAbove(before);
      else this.#enter(before, place);
    }
  }

  /** Whether there is no step to repeat, and never was. */
  get isEmpty(): boolean {
    return this.#withdrawn.length === 0;
  }

  #enter(before: number, today: number): void {
    this.#today[before] = today;
    this.#before.set(today, before);
  }

  /** Whether the node came about as before. */
  knows(node: number): boolean {
    return this.#before.has(node);
  }

  /** From here on the leaf is as good as new. */
  forget(leaf: number): void {
    const before = this.#before.get(leaf);
    if (before === undefined) return;
    this.#withdrawAbove(before);
    this.#before.delete(leaf);
    this.#today[before] = -1;
  }

  /** Whether the node was part of a step that will not be repeated. */
  lostPartner(node: number): boolean {
    const before = this.#before.get(node);
    if (before === undefined) return false;
    const parent = this.#parents[before]!;
    return parent >= 0 && this.#withdrawn[parent] === 1;
  }

  /** `node` went another way: the nodes that are there and have lost their partner by it. */
  withdraw(node: number): number[] {
    const before = this.#before.get(node);
    if (before === undefined) return [];
    this.#before.delete(node);
    this.#today[before] = -1;
    return this.#withdrawAbove(before);
  }

  #withdrawAbove(before: number): number[] {
    const orphans: number[] = [];
    const { nodes, leaves } = this.#earlier;
    let node = before;
    for (
      let step = this.#parents[node]!;
      step >= 0 && this.#withdrawn[step] === 0;
      step = this.#parents[node]!
    ) {
      this.#withdrawn[step] = 1;
      const sibling = nodes[2 * step] === node ? nodes[2 * step + 1]! : nodes[2 * step]!;
      if (this.#today[sibling]! >= 0) orphans.push(this.#today[sibling]!);
      node = leaves.length + step;
    }
    return orphans;
  }

  /** The next step that stands. */
  next(): PlannedStep | undefined {
    const { similarities, nodes } = this.#earlier;
    while (this.#at < similarities.length && this.#withdrawn[this.#at] === 1) this.#at++;
    if (this.#at >= similarities.length) return undefined;
    return {
      nodes: [this.#today[nodes[2 * this.#at]!]!, this.#today[nodes[2 * this.#at + 1]!]!],
      similarity: similarities[this.#at]!,
    };
  }

  take(): PlannedStep {
    return this.next()!;
  }

  /** The step that was taken made `node`. */
  made(node: number): void {
    const { nodes, leaves } = this.#earlier;
    for (const part of [nodes[2 * this.#at]!, nodes[2 * this.#at + 1]!]) {
      this.#before.delete(this.#today[part]!);
      this.#today[part] = -1;
    }
    this.#enter(leaves.length + this.#at, node);
    this.#at++;
  }
}
