import {
  add,
  cast,
  clip,
  div,
  int,
  ints,
  max,
  mul,
  relu,
  scalar,
  sqrt,
  sub,
  type GraphBuilder,
  type Value,
} from '../../graph/index.ts';
import { float32Node, isPositive, negative, reduceSum, transposeLast } from '../autodiff/nodes.ts';

/** Losses as nodes behind a network, for batches that fit into memory whole: one run does everything. */

/** Embeddings of length 1. */
export const unitLength = (b: GraphBuilder, embedding: Value): Value =>
  float32Node(b, 'LpNormalization', [embedding], embedding.dims, { axis: int(1), p: int(2) });

/** Squared distances of unit embeddings [batch, dimension] to each other: 2 − 2·cos. */
function distancesOf(b: GraphBuilder, unit: Value): Value {
  const batch = unit.dims[0]!;
  const cosines = float32Node(b, 'MatMul', [unit, transposeLast(b, unit)], [batch, batch]);
  return sub(b, scalar(b, 2), mul(b, cosines, scalar(b, 2)));
}

/** 1 where row and column are two photos of one person (`same`), or of two people (`different`). */
function masksOf(b: GraphBuilder, people: Value): { same: Value; different: Value } {
  const batch = people.dims[0]!;
  const column = b.node('Unsqueeze', [people, integers(b, [1])], {}, { type: people.type, dims: [batch, 1] });
  const equal = b.node('Equal', [column, people], {}, { type: 'bool', dims: [batch, batch] });
  const either = cast(b, equal, 'float32');
  const diagonal = b.node('EyeLike', [either], { dtype: int(1) }, { type: 'float32', dims: either.dims });
  return { same: sub(b, either, diagonal), different: sub(b, scalar(b, 1), either) };
}

const integers = (b: GraphBuilder, values: readonly number[]): Value =>
  b.constant({ type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });

/** Farther than any two unit embeddings, whose squared distance is at most 4. */
const beyond = 8;

const softplus = (b: GraphBuilder, x: Value): Value => float32Node(b, 'Softplus', [x], x.dims);

const meanOf = (b: GraphBuilder, x: Value, weight: Value): Value => {
  const everything = (value: Value): Value =>
    reduceSum(
      b,
      value,
      value.dims.map((_, axis) => axis),
    );
  return div(b, everything(mul(b, x, weight)), max(b, everything(weight), scalar(b, 1)));
};

export interface GraphTripletOptions {
  readonly mining: 'batch-hard' | 'batch-all';
  readonly margin: number;
  readonly softMargin: boolean;
}

/**
 * Triplet loss of unit embeddings [batch, dimension] of `people` int64 [batch], mined in the graph: the
 * loss (one number) and the share of triplets that push (one number). The same as `tripletLoss`.
 */
export function graphTripletLoss(
  b: GraphBuilder,
  unit: Value,
  people: Value,
  { mining, margin, softMargin }: GraphTripletOptions,
): { loss: Value; activeShare: Value } {
  const distances = distancesOf(b, unit);
  const { same, different } = masksOf(b, people);
  const batch = unit.dims[0]!;
  let [difference, valid]: [Value, Value | undefined] = [distances, undefined];
  if (mining === 'batch-hard') {
    const extreme = (op: string, x: Value): Value =>
      float32Node(b, op, [x], [batch], { axes: ints([1]), keepdims: int(0) });
    const farthest = extreme('ReduceMax', mul(b, distances, same));
    const others = add(b, distances, mul(b, sub(b, scalar(b, 1), different), scalar(b, beyond)));
    difference = sub(b, farthest, extreme('ReduceMin', others));
    // Without a positive or a negative an anchor has no triplet.
    valid = mul(b, extreme('ReduceMax', same), extreme('ReduceMax', different));
  } else {
    const pairs = reshapeRank3(b, distances, 2);
    difference = sub(b, pairs, reshapeRank3(b, distances, 1));
    valid = mul(b, reshapeRank3(b, same, 2), reshapeRank3(b, different, 1));
  }
  const hinge = softMargin ? softplus(b, difference) : relu(b, add(b, difference, scalar(b, margin)));
  const isActive = isPositive(b, hinge, scalar(b, 0));
  const active = mul(b, isActive, valid);
  return {
    loss: meanOf(b, hinge, mining === 'batch-all' && !softMargin ? active : valid),
    activeShare: meanOf(b, isActive, valid),
  };
}

/** Options of {@link graphContrastiveLoss}. */
export interface ContrastiveOptions {
  /** Squared distance that photos of one person should be nearer than, and photos of two people farther. */
  readonly threshold: number;
  /** How soon a pair beyond the threshold is content, as a share of it. */
  readonly softness: number;
  /** How much more the mean over the pairs of two people counts than that over the pairs of one. */
  readonly strangerWeight: number;
}

/**
 * Logistic loss of all pairs of a batch against a fixed threshold t (Guillaumin et al. 2009, "Is that you?"): the mean of
 * s·ln(1 + exp((d² − t)/s)) over the pairs of one person, and of s·ln(1 + exp((t − d²)/s)) over those of two. Where
 * triplets ask who is nearer, this asks on which side of one distance for everybody a pair lies.
 * @param unit [batch, dimension], of unit length
 * @param people int64 [batch]
 * @returns the loss, and the share of one person's pairs that lie beyond the threshold
 */
export function graphContrastiveLoss(
  b: GraphBuilder,
  unit: Value,
  people: Value,
  { threshold, softness, strangerWeight }: ContrastiveOptions,
): { loss: Value; activeShare: Value } {
  const { same, different } = masksOf(b, people);
  const scale = softness * threshold;
  const beyondBy = sub(b, distancesOf(b, unit), scalar(b, threshold));
  const excess = div(b, beyondBy, scalar(b, scale));
  const own = meanOf(b, softplus(b, excess), same);
  const strangers = meanOf(b, softplus(b, negative(b, excess)), different);
  return {
    loss: mul(b, add(b, own, mul(b, strangers, scalar(b, strangerWeight))), scalar(b, scale)),
    activeShare: meanOf(b, isPositive(b, beyondBy, scalar(b, 0)), same),
  };
}

/** [batch, batch] with a new axis of size 1 at `axis`. */
function reshapeRank3(b: GraphBuilder, x: Value, axis: 1 | 2): Value {
  const [batch] = x.dims;
  const dims = axis === 2 ? [batch!, batch!, 1] : [batch!, 1, batch!];
  return float32Node(b, 'Unsqueeze', [x, integers(b, [axis])], dims);
}

export interface ArcFaceOptions {
  /** What cosines are multiplied with. */
  readonly scale: number;
  /** Added to the angle to the person's own centre, in radians. */
  readonly marginRadians: number;
}

/**
 * Softmax cross-entropy with an additive angular margin (Deng et al. 2019, ArcFace): each person has a
 * centre on the sphere, and an embedding must be nearer to its own by the margin.
 * @param unit [batch, dimension]
 * @param centres [dimension, people], a weight to be trained, of any length
 * @param wanted one-hot float32 [batch, people]
 */
export function arcFaceLoss(
  b: GraphBuilder,
  unit: Value,
  centres: Value,
  wanted: Value,
  { scale, marginRadians }: ArcFaceOptions,
): Value {
  const [batch] = unit.dims;
  const people = centres.dims[1]!;
  const directions = float32Node(b, 'LpNormalization', [centres], centres.dims, { axis: int(0), p: int(2) });
  const product = float32Node(b, 'MatMul', [unit, directions], [batch!, people]);
  // Away from ±1, where the sine has no derivative.
  const cosines = clip(b, product, -1 + 1e-6, 1 - 1e-6);
  const sines = sqrt(b, sub(b, scalar(b, 1), mul(b, cosines, cosines)));
  const shifted = sub(
    b,
    mul(b, cosines, scalar(b, Math.cos(marginRadians))),
    mul(b, sines, scalar(b, Math.sin(marginRadians))),
  );
  const logits = add(b, cosines, mul(b, wanted, sub(b, shifted, cosines)));
  const likelihoods = float32Node(b, 'LogSoftmax', [mul(b, logits, scalar(b, scale))], logits.dims, {
    axis: int(1),
  });
  const total = reduceSum(b, mul(b, wanted, likelihoods), [0, 1]);
  return negative(b, div(b, total, reduceSum(b, wanted, [0, 1])));
}
