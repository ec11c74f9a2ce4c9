import type { AxisTaps, Stretches } from '../../image/index.ts';
import type { CascadeRules } from './rules.ts';

/** Longer boxes are rare, and their taps take room. */
const longestKept = 512;

/** What `make` gives for source lengths: boxes come in few sizes, the same in all photos. */
class ByLength<Axis> {
  readonly #make: (sourceLength: number) => Axis;
  readonly #known = new Map<number, Axis>();

  constructor(make: (sourceLength: number) => Axis) {
    this.#make = make;
  }

  of(sourceLength: number): Axis {
    const known = this.#known.get(sourceLength);
    if (known !== undefined) return known;
    const axis = this.#make(sourceLength);
    if (sourceLength <= longestKept) this.#known.set(sourceLength, axis);
    return axis;
  }
}

/** How boxes of any length are resized to `sizePx` along an axis. */
export class CropAxes {
  readonly sizePx: number;
  readonly #shrinking: ByLength<AxisTaps>;
  readonly #enlarging: ByLength<AxisTaps>;
  readonly #stretches: ByLength<Stretches>;

  constructor(sizePx: number, { axis, stretches }: Pick<CascadeRules, 'axis' | 'stretches'>) {
    this.sizePx = sizePx;
    this.#shrinking = new ByLength((length) => axis(length, sizePx, true));
    this.#enlarging = new ByLength((length) => axis(length, sizePx, false));
    this.#stretches = new ByLength((length) => stretches(length, sizePx));
  }

  taps(sourceLength: number, shrinks: boolean): AxisTaps {
    return (shrinks ? this.#shrinking : this.#enlarging).of(sourceLength);
  }

  stretches(sourceLength: number): Stretches {
    return this.#stretches.of(sourceLength);
  }
}
