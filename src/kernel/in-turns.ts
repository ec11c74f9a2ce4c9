/** A turn of the event loop for everybody else; browsers have no `setImmediate`. */
const breath = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });

/**
 * `work` on every item, begun in order with a breath of the event loop between two of them: what takes some
 * milliseconds each on this thread holds nobody else up, however many items there are.
 * @returns the results in the order of the items
 * @throws what `work` throws first, in the order of the items
 */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: (Result | Promise<Result>)[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0) await breath();
    const result = work(item, index);
    // A rejection is met at the end; until then it must not count as unhandled.
    if (result instanceof Promise) result.catch(() => {});
    results.push(result);
  }
  return Promise.all(results);
}
