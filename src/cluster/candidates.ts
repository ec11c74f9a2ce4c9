/** Two nodes that may be merged next. */
export interface Candidate {
  readonly similarity: number;
  /** The node that looked for its nearest. */
  readonly node: number;
  readonly nearest: number;
  /** The lowest and the other one of both nodes' first faces: decide between equal similarities. */
  readonly first: number;
  readonly second: number;
}

/** Whether `a` is merged before `b`: the more similar pair, of equal ones that of the earlier faces. */
export function precedes(
  a: Omit<Candidate, 'node' | 'nearest'>,
  b: Omit<Candidate, 'node' | 'nearest'>,
): boolean {
  if (a.similarity !== b.similarity) return a.similarity > b.similarity;
  return a.first !== b.first ? a.first < b.first : a.second < b.second;
}

/** A heap of candidates, the next one to merge on top. */
export class Candidates {
  readonly #heap: Candidate[] = [];

  get next(): Candidate | undefined {
    return this.#heap[0];
  }

  push(candidate: Candidate): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!precedes(candidate, heap[up]!)) break;
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = candidate;
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      if (down + 1 < heap.length && precedes(heap[down + 1]!, heap[down]!)) down++;
      if (!precedes(heap[down]!, last)) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = last;
  }
}
