import { visageError, type NamedWeights, type Tensor, type VisageError } from '../kernel/index.ts';

/** Hands out the weights of one network by name, and checks that each is there in the right shape. */
export class WeightSource {
  readonly #network: string;
  readonly #weights: NamedWeights;
  readonly #path: string;

  /**
   * @param network what messages call the network
   * @param path what messages call the place the weights come from
   */
  constructor(network: string, weights: NamedWeights, path = 'the given set of weights') {
    this.#network = network;
    this.#weights = weights;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#weights.has(name);
  }

  /** The error that says what is wrong with these weights. */
  invalid(reason: string): VisageError {
    return visageError('WEIGHTS_INVALID', { path: this.#path, network: this.#network, reason });
  }

  /**
   * @param dims the sizes it must have; `undefined` stands for any size above 0
   * @throws VisageError `WEIGHTS_INVALID`
   */
  tensor(name: string, dims: readonly (number | undefined)[]): Tensor<'float32'> {
    const tensor = this.#weights.get(name);
    if (tensor === undefined) throw this.invalid(`${name} is missing`);
    const fits =
      tensor.dims.length === dims.length &&
      tensor.dims.every((size, axis) => size === dims[axis] || (dims[axis] === undefined && size > 0));
    if (!fits) {
      const wanted = dims.map((size) => size ?? 'any').join(', ');
      throw this.invalid(`${name} is [${tensor.dims.join(', ')}] and should be [${wanted}]`);
    }
    return tensor;
  }

  /** A list of numbers. Throws as {@link WeightSource.tensor} does. */
  vector(name: string, length: number): Float32Array {
    return this.tensor(name, [length]).data;
  }
}
