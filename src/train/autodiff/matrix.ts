import { int, mul, scalar, type Value } from '../../graph/index.ts';
import { float32Node, transposeLast, unbroadcast } from './nodes.ts';
import { floatAttribute, gradientOf, intAttribute, type Operation, type Step } from './operation.ts';

/** One product a·b, either transposed, by `Gemm`, which transposes without a copy. */
function product(step: Step, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const dims = [a.dims[transposeA ? 1 : 0]!, b.dims[transposeB ? 0 : 1]!];
  const attributes = { transA: int(transposeA ? 1 : 0), transB: int(transposeB ? 1 : 0) };
  return float32Node(step.b, 'Gemm', [a, b], dims, attributes);
}

/** Products of stacks of matrices; the stacks may be repeated to fit each other. */
function stacked(step: Step, a: Value, b: Value, like: Value): Value {
  const rank = Math.max(a.dims.length, b.dims.length);
  const stack = step.outputs[0]!.dims.slice(0, rank - 2);
  const dims = [...stack, a.dims.at(-2)!, b.dims.at(-1)!];
  return unbroadcast(step.b, float32Node(step.b, 'MatMul', [a, b], dims), like);
}

export const matrix: Readonly<Record<string, Operation>> = {
  // A·B: g·Bᵀ, Aᵀ·g
  MatMul: {
    backward: (step) => {
      const [a, b] = step.inputs as [Value, Value];
      const gradient = gradientOf(step);
      if (a.dims.length < 2 || b.dims.length < 2) {
        step.b.fail(`the derivative of ${step.node.name}, a MatMul with a vector, is not known`);
      }
      const plain = a.dims.length === 2 && b.dims.length === 2;
      const toA = (): Value =>
        plain
          ? product(step, gradient, b, false, true)
          : stacked(step, gradient, transposeLast(step.b, b), a);
      const toB = (): Value =>
        plain
          ? product(step, a, gradient, true, false)
          : stacked(step, transposeLast(step.b, a), gradient, b);
      return [step.wants(0) ? toA() : undefined, step.wants(1) ? toB() : undefined];
    },
  },
  // α·A·B + β·C, A and B transposed or not
  Gemm: {
    backward: (step) => {
      const [a, b, bias] = step.inputs as [Value, Value, Value | undefined];
      const transA = intAttribute(step.node, 'transA', 0) === 1;
      const transB = intAttribute(step.node, 'transB', 0) === 1;
      const scaled = (name: string): Value => {
        const factor = floatAttribute(step.node, name, 1);
        return factor === 1 ? gradientOf(step) : mul(step.b, gradientOf(step), scalar(step.b, factor));
      };
      const toA = (g: Value): Value =>
        transA ? product(step, b, g, transB, true) : product(step, g, b, false, !transB);
      const toB = (g: Value): Value =>
        transB ? product(step, g, a, true, transA) : product(step, a, g, !transA, false);
      return [
        step.wants(0) ? toA(scaled('alpha')) : undefined,
        step.wants(1) ? toB(scaled('alpha')) : undefined,
        bias !== undefined && step.wants(2) ? unbroadcast(step.b, scaled('beta'), bias) : undefined,
      ];
    },
  },
};
