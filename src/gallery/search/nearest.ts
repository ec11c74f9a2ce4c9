/**
 * The `count` largest of many values with their places, kept as a heap whose root is the least of them,
 * so that a value that does not belong is turned away by one comparison.
 */
export class Largest {
  readonly places: Uint32Array;
  readonly values: Float64Array;
  /** A value must exceed this to enter. */
  least = -Infinity;
  size = 0;

  constructor(count: number) {
    this.places = new Uint32Array(count);
    this.values = new Float64Array(count);
  }

  /** Enters `value`, which must exceed `least` once the heap is full. */
  offer(place: number, value: number): void {
    const { values, places } = this;
    let at: number;
    if (this.size < values.length) {
      at = this.size++;
      for (let up = (at - 1) >> 1; at > 0 && values[up]! > value; up = (at - 1) >> 1) {
        values[at] = values[up]!;
        places[at] = places[up]!;
        at = up;
      }
    } else {
      at = 0;
      for (let down = 1; down < this.size; down = 2 * at + 1) {
        if (down + 1 < this.size && values[down + 1]! < values[down]!) down++;
        if (values[down]! >= value) break;
        values[at] = values[down]!;
        places[at] = places[down]!;
        at = down;
      }
    }
    values[at] = value;
    places[at] = place;
    if (this.size === values.length) this.least = values[0]!;
  }
}
