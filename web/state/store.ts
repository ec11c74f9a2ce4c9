import { useEffect, useState } from 'preact/hooks';

/** A value that components watch. */
export class Store<Value> {
  #value: Value;
  readonly #watchers = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set(value: Value): void {
    this.#value = value;
    for (const watcher of this.#watchers) watcher();
  }

  update(change: (value: Value) => Value): void {
    this.set(change(this.#value));
  }

  /** @returns ends the watch */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** The value of a store; the component is drawn again when it changes. */
export function useStore<Value>(store: Store<Value>): Value {
  const [, redraw] = useState<Value>(store.value);
  useEffect(() => {
    const watcher = () => redraw(() => store.value);
    // What changed between the first drawing and now.
    watcher();
    return store.watch(watcher);
  }, [store]);
  return store.value;
}
