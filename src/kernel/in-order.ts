/**
 * Works on `items` with at most `limit` of them under way, and yields the results in the order of
 * the items. The next item is taken only when the consumer keeps up, so memory stays flat however
 * many items there are. Results that the consumer no longer wants (it stopped early) are awaited.
 * @param work must not reject for reasons that concern one item alone: a rejection ends the sequence.
 */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const underWay: Promise<Result>[] = [];
  let index = 0;
  try {
    for await (const item of items) {
      const result = work(item, index++);
      // A rejection is met when its turn comes; until then it must not count as unhandled.
      result.catch(() => {});
      underWay.push(result);
      if (underWay.length >= limit) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
