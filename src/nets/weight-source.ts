import { visageError, type NamedWeights, type Tensor } from '../kernel/index.ts';

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

  /**
   * @param dims the sizes it must have
   * @throws VisageError `WEIGHTS_INVALID`
   */
  tensor(name: string, dims: readonly number[]): Tensor<'float32'> {
    const tensor = this.#weights.get(name);
    const reason =
      tensor === undefined
        ? `${name} is missing`
        : `${name} is [${tensor.dims.join(', ')}] and should be [${dims.join(', ')}]`;
    if (tensor === undefined || tensor.dims.join() !== dims.join()) {
      throw visageError('WEIGHTS_INVALID', { path: this.#path, network: this.#network, reason });
    }
    return tensor;
  }

  /** A list of numbers. Throws as {@link WeightSource.tensor} does. */
  vector(name: string, length: number): Float32Array {
    return this.tensor(name, [length]).data;
  }
}
