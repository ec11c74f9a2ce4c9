import type { GraphBuilder, GraphNode, NodeResult, Value } from '../../graph/index.ts';

/** A value that several nodes need: the first makes it. */
export type Once = (key: string, make: () => Value) => Value;

/** One node on the way back: what it took, what it gave, and what its forward pass kept for now. */
export interface Step {
  readonly b: GraphBuilder;
  readonly node: GraphNode;
  /** See `DifferentiateOptions`. */
  readonly channelBlock: number;
  /** `undefined` for an optional input that is left out. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly kept: readonly Value[];
  /** Gradient of the loss with respect to each output; `undefined` where the loss does not depend on it. */
  readonly gradients: readonly (Value | undefined)[];
  /** Whether the gradient with respect to this input is asked for. */
  wants(input: number): boolean;
  readonly once: Once;
  /** The whole numbers of a constant input, such as axes or pads; `undefined` where it is left out. */
  integers(input: number): readonly number[] | undefined;
}

/** A node as it is to be computed. */
export interface Forward {
  readonly b: GraphBuilder;
  readonly node: GraphNode;
  /** See `DifferentiateOptions`. */
  readonly channelBlock: number;
  readonly inputs: readonly (Value | undefined)[];
  /** Types and shapes of the outputs. */
  readonly results: readonly NodeResult[];
  readonly once: Once;
  /** Whether the gradient with respect to this input will be asked for. */
  wants(input: number): boolean;
}

/** What an operation computed forward: its outputs, and values that its derivative needs. */
export interface Computed {
  readonly outputs: readonly Value[];
  readonly kept?: readonly Value[];
}

/** An operator of ONNX and its derivative. */
export interface Operation {
  /** Nodes in place of the original one, where the derivative needs more than that gives, or faster ones. */
  readonly forward?: (forward: Forward) => Computed | undefined;
  /**
   * The local derivative: appends the nodes that turn the gradients of the outputs into those of the
   * inputs. May leave out what is not wanted; called only when a gradient came in for some output.
   */
  readonly backward: (step: Step) => readonly (Value | undefined)[];
}

/** The gradient of the only output. */
export const gradientOf = (step: Step): Value => step.gradients[0]!;

export function intAttribute({ attributes }: GraphNode, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === 'int' ? Number(attribute.value) : otherwise;
}

export function intsAttribute({ attributes }: GraphNode, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined;
}

export function floatAttribute({ attributes }: GraphNode, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === 'float' ? attribute.value : otherwise;
}

export function textAttribute({ attributes }: GraphNode, name: string, otherwise: string): string {
  const attribute = attributes[name];
  return attribute?.kind === 'string' ? attribute.value : otherwise;
}
