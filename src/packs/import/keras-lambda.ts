import { createHash } from 'node:crypto';
import type { KerasLayer } from './keras-config.ts';

/** What a Lambda layer computes. */
export type LambdaMeaning =
  /** inputs[0] + inputs[1]·scale */
  | { readonly kind: 'scale-sum'; readonly scale: number }
  /** x·scale */
  | { readonly kind: 'scale'; readonly scale: number }
  /** x/‖x‖ along the last axis */
  | { readonly kind: 'normalise' };

/**
 * SHA-256 of the marshalled code that all 21 Lambda layers of `facenet_keras.h5` share:
 * `lambda inputs, scale: inputs[0] + inputs[1]*scale`, compiled by CPython 3.6.
 */
const scaleSumHash = '995e5e003908dbb5285d4a2c51d19e0ffc500f757f2055f0ab6c960fc49a4d95';

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/**
 * Bytecode of the same functions as other versions of CPython compile them. Compared, never run:
 * LOAD_FAST 0, LOAD_CONST 1, BINARY_SUBSCR, … of CPython 3.6 to 3.10, RESUME … BINARY_OP of 3.11 and 3.12.
 */
const scaleSumCode = [bytesOf('7c00 6401 1900 7c00 6402 1900 7c01 1400 1700 5300')];
const scaleCode = [bytesOf('7c00 7c01 1400 5300'), bytesOf('9700 7c00 7c01 7a05 0000 5300')];

/** The marshalled code as bytes; `undefined` where the layer names a function instead. */
function codeOf(value: unknown): Buffer | undefined {
  // Keras 2: [code, defaults, closure]; Keras 3: { class_name: '__lambda__', config: { code, … } }.
  if (Array.isArray(value)) return typeof value[0] === 'string' ? Buffer.from(value[0], 'base64') : undefined;
  const code = (value as { config?: { code?: unknown } } | null)?.config?.code;
  return typeof code === 'string' ? Buffer.from(code, 'base64') : undefined;
}

/**
 * Recognises the three Lambda layers that published FaceNets have, by the number of inputs, the
 * arguments and the look of the code. Marshalled code is never executed.
 * @returns the meaning, or why there is none
 */
export function lambdaMeaning({ name, config, inputs }: KerasLayer): LambdaMeaning | string {
  const given = config['arguments'];
  const parameters = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  const keys = Object.keys(parameters).join(', ');
  const code = codeOf(config['function']);
  const calledByName = typeof config['function'] === 'string' ? config['function'] : undefined;
  const hash = code === undefined ? 'none' : createHash('sha256').update(code).digest('hex');
  const holds = (patterns: readonly Buffer[]): boolean =>
    code !== undefined && patterns.some((pattern) => code.includes(pattern));
  const { scale, axis } = parameters;

  if (keys === 'scale' && typeof scale === 'number' && Number.isFinite(scale)) {
    if (inputs.length === 2 && (hash === scaleSumHash || holds(scaleSumCode)))
      return { kind: 'scale-sum', scale };
    if (inputs.length === 1 && (calledByName === 'scaling' || holds(scaleCode)))
      return { kind: 'scale', scale };
  }
  if (keys === 'axis' && (axis === 1 || axis === -1) && inputs.length === 1) {
    // Keras wraps its own function, so its code differs by version; the name in it does not.
    const named =
      name === 'normalize' || calledByName === 'l2_normalize' || holds([Buffer.from('l2_normalize')]);
    if (named) return { kind: 'normalise' };
  }
  return (
    `the Lambda layer ${name} has code that is not one of FaceNet's ` +
    `(${inputs.length} inputs, arguments: ${keys || 'none'}, SHA-256 of the code: ${hash})`
  );
}
