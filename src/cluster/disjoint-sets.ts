/** Sets without common elements (union–find, Tarjan 1975); an element nobody mentioned is a set of its own. */
export class DisjointSets<Element> {
  readonly #parents = new Map<Element, Element>();

  /** One element of the set, the same for all of them. */
  find(element: Element): Element {
    let root = element;
    for (let up = this.#parents.get(root); up !== undefined; up = this.#parents.get(root)) root = up;
    for (let at = element; at !== root; ) {
      const up = this.#parents.get(at)!;
      this.#parents.set(at, root);
      at = up;
    }
    return root;
  }

  join(a: Element, b: Element): void {
    const [rootA, rootB] = [this.find(a), this.find(b)];
    if (rootA !== rootB) this.#parents.set(rootB, rootA);
  }
}
