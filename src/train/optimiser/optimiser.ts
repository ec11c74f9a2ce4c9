import { checkOptions, type OptionsOf } from '../../kernel/index.ts';
import { ListFormula, minus, over, plus, root, sumOfSquares, times, type Lanes } from './list-formula.ts';
import { ordinaryList, type Allocate } from './list-memory.ts';

/** Weights or gradients by name; every list keeps its length. */
export type Parameters = ReadonlyMap<string, Float32Array>;

/** Options of {@link createOptimiser}. */
export const optimiserOptions = {
  method: {
    type: 'choice',
    choices: ['sgd', 'adagrad', 'adam', 'adamw'],
    default: 'adamw',
    description: 'adagrad is what davidsandberg/facenet trains with',
  },
  momentum: {
    type: 'number',
    default: 0.9,
    min: 0,
    max: 0.9999,
    description: 'of sgd: share of the last step that is taken again',
  },
  beta1: {
    type: 'number',
    default: 0.9,
    min: 0,
    max: 0.9999,
    description: 'of adam: fading of the mean gradient',
  },
  beta2: {
    type: 'number',
    default: 0.999,
    min: 0,
    max: 0.999999,
    description: 'of adam: fading of the mean square',
  },
  epsilon: {
    type: 'number',
    default: 1e-8,
    exclusiveMin: 0,
    description: 'of adam and adagrad: added to the root',
  },
  initialAccumulator: {
    type: 'number',
    default: 0.1,
    min: 0,
    description: 'of adagrad: sum of squares at the start (0.1 in TensorFlow, 0 in PyTorch)',
  },
  weightDecay: {
    type: 'number',
    default: 0,
    min: 0,
    description: 'pull to 0: added to the gradient, or by adamw taken from the weight itself',
  },
  clipNorm: {
    type: 'number',
    default: 0,
    min: 0,
    description: 'longest gradient of all weights together, longer ones are shortened; 0: any',
  },
} as const;

export type OptimiserOptions = Partial<OptionsOf<typeof optimiserOptions>>;

/** What an optimiser remembers between steps: for each weight as many lists as its method needs. */
export interface OptimiserState {
  readonly step: number;
  readonly moments: ReadonlyMap<string, readonly Float32Array[]>;
}

/** Moves weights against their gradients, in place. */
export interface Optimiser {
  readonly state: OptimiserState;
  /**
   * @param decayed whether weight decay is for this weight; by default for all
   * @returns the length of the gradient of all weights together, before clipping
   */
  step(
    weights: Parameters,
    gradients: Parameters,
    learningRate: number,
    decayed?: (name: string) => boolean,
  ): number;
}

/** How many lists an optimiser keeps for each weight. */
export const momentsOf = (method: OptionsOf<typeof optimiserOptions>['method']): number =>
  methods[method].moments;

type Settings = OptionsOf<typeof optimiserOptions>;

/** What the numbers of a step follow from, beside the settings. */
interface StepOf {
  readonly rate: number;
  /** What the gradient is multiplied with by clipping. */
  readonly factor: number;
  readonly decay: number;
  /** From 1. */
  readonly step: number;
}

interface Method {
  /** How many lists it keeps for each weight. */
  readonly moments: number;
  /** One step, of the lists weight, gradient and moments; the gradient is measured. */
  readonly formula: ListFormula;
  readonly numbers: (of: StepOf, settings: Settings) => readonly number[];
}

/** The gradient as it counts: shortened, and with the pull to 0. */
const pulled = (weight: Lanes, gradient: Lanes, factor: Lanes, decay: Lanes): Lanes =>
  plus(times(gradient, factor), times(decay, weight));

type Four = readonly [Lanes, Lanes, Lanes, Lanes];
type Nine = readonly [...Four, ...Four, Lanes];

// m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; w ← κ·w − η₁·m/(√v/ρ + ε),
// η₁ = η/(1 − β₁ᵗ), ρ = √(1 − β₂ᵗ)
const adam = new ListFormula(4, 10, 1, (lists, numbers) => {
  const [w, gradient, m, v] = lists as Four;
  const [factor, decay, keepMean, addMean, keepSquare, addSquare, kept, size, rho] = numbers as Nine;
  const g = pulled(w, gradient, factor, decay);
  return [
    [2, plus(times(keepMean, m), times(addMean, g))],
    [3, plus(times(keepSquare, v), times(times(addSquare, g), g))],
    [0, minus(times(w, kept), over(times(size, m), plus(over(root(v), rho), numbers[9]!)))],
  ];
});

const adamNumbers = (
  { rate, factor, decay, step }: StepOf,
  { beta1, beta2, epsilon }: Settings,
  decoupled: boolean,
): readonly number[] => [
  factor,
  decoupled ? 0 : decay,
  beta1,
  1 - beta1,
  beta2,
  1 - beta2,
  decoupled ? 1 - rate * decay : 1,
  rate / (1 - beta1 ** step),
  Math.sqrt(1 - beta2 ** step),
  epsilon,
];

/** Formulas as in PyTorch 2. */
const methods: Readonly<Record<Settings['method'], Method>> = {
  // v ← μ·v + g; w ← w − η·v
  sgd: {
    moments: 1,
    formula: new ListFormula(3, 4, 1, (lists, numbers) => {
      const [w, gradient, v] = lists as Four;
      const [rate, factor, decay, momentum] = numbers as Four;
      return [
        [2, plus(times(momentum, v), pulled(w, gradient, factor, decay))],
        [0, minus(w, times(rate, v))],
      ];
    }),
    numbers: ({ rate, factor, decay }, { momentum }) => [rate, factor, decay, momentum],
  },
  // s ← s + g²; w ← w − η·g/(√s + ε)
  adagrad: {
    moments: 1,
    formula: new ListFormula(3, 4, 1, (lists, numbers) => {
      const [w, gradient, s] = lists as Four;
      const [rate, factor, decay, epsilon] = numbers as Four;
      const g = pulled(w, gradient, factor, decay);
      return [
        [2, plus(s, times(g, g))],
        [0, minus(w, over(times(rate, g), plus(root(s), epsilon)))],
      ];
    }),
    numbers: ({ rate, factor, decay }, { epsilon }) => [rate, factor, decay, epsilon],
  },
  adam: { moments: 2, formula: adam, numbers: (of, settings) => adamNumbers(of, settings, false) },
  adamw: { moments: 2, formula: adam, numbers: (of, settings) => adamNumbers(of, settings, true) },
};

const sum = new ListFormula(2, 0, 0, (lists) => [[0, plus(lists[0]!, lists[1]!)]]);

/** Adds gradients to those of other parts of a batch; those of the first part are copied. */
export function addGradients(total: Map<string, Float32Array>, gradients: Parameters): void {
  for (const [name, gradient] of gradients) {
    const known = total.get(name);
    if (known === undefined) total.set(name, gradient.slice());
    else sum.run([known, gradient], []);
  }
}

/** The length of all lists together. */
export function gradientNorm(gradients: Parameters): number {
  let total = 0;
  for (const gradient of gradients.values()) total += sumOfSquares(gradient);
  return Math.sqrt(total);
}

class MethodOptimiser implements Optimiser {
  readonly #settings: Settings;
  readonly #moments: Map<string, readonly Float32Array[]>;
  readonly #allocate: Allocate;
  #step: number;

  constructor(settings: Settings, state: OptimiserState | undefined, allocate: Allocate) {
    this.#settings = settings;
    this.#allocate = allocate;
    this.#step = state?.step ?? 0;
    this.#moments = new Map(
      [...(state?.moments ?? [])].map(([name, lists]) => [name, lists.map((list) => this.#copy(list))]),
    );
  }

  #copy(list: Float32Array): Float32Array {
    const copy = this.#allocate(list.length);
    copy.set(list);
    return copy;
  }

  get state(): OptimiserState {
    return { step: this.#step, moments: this.#moments };
  }

  step(
    weights: Parameters,
    gradients: Parameters,
    learningRate: number,
    decayed: (name: string) => boolean = () => true,
  ): number {
    const { method, clipNorm, weightDecay, initialAccumulator } = this.#settings;
    const { moments: count, formula, numbers } = methods[method];
    // What is to be clipped must be known before the first weight moves; else it is measured on the way.
    const whole = clipNorm > 0 ? gradientNorm(gradients) : 0;
    const factor = whole > clipNorm ? clipNorm / whole : 1;
    this.#step++;
    let squares = 0;
    for (const [name, weight] of weights) {
      const gradient = gradients.get(name);
      if (gradient === undefined) continue;
      let moments = this.#moments.get(name);
      if (moments === undefined) {
        const start = method === 'adagrad' ? initialAccumulator : 0;
        moments = Array.from({ length: count }, () => this.#allocate(weight.length).fill(start));
        this.#moments.set(name, moments);
      }
      const decay = decayed(name) ? weightDecay : 0;
      const of = { rate: learningRate, factor, decay, step: this.#step };
      squares += formula.run([weight, gradient, ...moments], numbers(of, this.#settings));
    }
    return Math.sqrt(squares);
  }
}

/**
 * SGD with momentum, Adagrad (Duchi et al. 2011), Adam (Kingma and Ba 2015) or AdamW (Loshchilov and
 * Hutter 2019), on typed arrays, all in float32 as PyTorch does it.
 * @param state to go on from; equal states go on equally, bit for bit
 * @param allocate what moments lie in
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function createOptimiser(
  options: OptimiserOptions = {},
  state?: OptimiserState,
  allocate: Allocate = ordinaryList,
): Optimiser {
  return new MethodOptimiser(checkOptions('createOptimiser', optimiserOptions, options), state, allocate);
}
