import { visageError } from '../../kernel/index.ts';
import type { SVCParameters } from './fitted-svc.ts';
import { pairCount } from './one-vs-one.ts';

/** A fitted SVC as JSON: numbers with just the digits that bring them back exactly. */
export interface SVCJSON {
  readonly kernel: 'linear' | 'rbf';
  /** Of the RBF kernel. */
  readonly gamma?: number;
  readonly converged: boolean;
  readonly dimension: number;
  readonly supportCounts: readonly number[];
  readonly supportIndices: readonly number[];
  readonly intercepts: readonly number[];
  readonly dualCoefficients: readonly (readonly number[])[];
  /** Element type of `supportVectors`: float32 numbers are written with at most nine digits. */
  readonly supportType: 'float32' | 'float64';
  readonly supportVectors: readonly (readonly number[])[];
}

/** The shortest decimal that reads back as the same float32, for which nine digits are always enough. */
function shortFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

export function writeSVC(svc: SVCParameters): SVCJSON {
  const { kernelFunction, dimension, supportValues, isFloat32 } = svc;
  const written = isFloat32 ? Array.from(supportValues, shortFloat32) : Array.from(supportValues);
  return {
    kernel: kernelFunction.name,
    ...(kernelFunction.name === 'rbf' && { gamma: kernelFunction.gamma }),
    converged: svc.converged,
    dimension,
    supportCounts: [...svc.supportCounts],
    supportIndices: [...svc.supportIndices],
    intercepts: [...svc.intercepts],
    dualCoefficients: svc.dualCoefficients.map((row) => [...row]),
    supportType: isFloat32 ? 'float32' : 'float64',
    supportVectors: Array.from(svc.supportIndices, (_, s) =>
      written.slice(s * dimension, (s + 1) * dimension),
    ),
  };
}

/**
 * The error of a JSON value that is no classifier.
 * @param reason continues the sentence "… is not a classifier of Visage:".
 */
export const invalidJSON = (reason: string): Error =>
  visageError('CLASSIFIER_INVALID', { path: 'The SVC', reason });

/** `length` finite numbers, or an error that names `what`. */
export function readNumbers(value: unknown, length: number, what: string): Float64Array {
  if (!Array.isArray(value) || value.length !== length || !value.every((item) => Number.isFinite(item))) {
    throw invalidJSON(`${what} are not ${length} finite numbers`);
  }
  return Float64Array.from(value as number[]);
}

/** Numbers that are whole and not negative. */
function readCounts(value: unknown, length: number, what: string): Int32Array {
  const numbers = readNumbers(value, length, what);
  if (!numbers.every((item) => Number.isInteger(item) && item >= 0 && item < 2 ** 31)) {
    throw invalidJSON(`${what} are not all whole numbers from 0`);
  }
  return Int32Array.from(numbers);
}

function readRows(value: unknown, rows: number, columns: number, what: string): Float64Array[] {
  if (!Array.isArray(value) || value.length !== rows) throw invalidJSON(`${what} are not ${rows} rows`);
  return value.map((row, index) => readNumbers(row, columns, `${what}[${index}]`));
}

/** @throws VisageError `CLASSIFIER_INVALID` */
export function readSVC(json: unknown): SVCParameters {
  if (typeof json !== 'object' || json === null) throw invalidJSON('it is no object');
  const svc = json as Partial<Record<keyof SVCJSON, unknown>>;
  const { kernel, gamma, dimension, supportCounts: counts, supportType } = svc;
  if (kernel !== 'linear' && kernel !== 'rbf') throw invalidJSON('kernel is neither linear nor rbf');
  if (kernel === 'rbf' && !(typeof gamma === 'number' && gamma > 0 && Number.isFinite(gamma))) {
    throw invalidJSON('gamma is not a number above 0');
  }
  if (typeof dimension !== 'number' || !Number.isInteger(dimension) || dimension < 1) {
    throw invalidJSON('dimension is not a whole number above 0');
  }
  if (!Array.isArray(counts) || counts.length < 2)
    throw invalidJSON('supportCounts has fewer than two classes');
  if (supportType !== 'float32' && supportType !== 'float64') {
    throw invalidJSON('supportType is neither float32 nor float64');
  }
  const classCount = counts.length;
  const supportCounts = readCounts(counts, classCount, 'supportCounts');
  const supportTotal = supportCounts.reduce((sum, count) => sum + count, 0);
  const supportRows = readRows(svc.supportVectors, supportTotal, dimension, 'supportVectors');
  const supportValues = new Float64Array(supportTotal * dimension);
  for (const [s, row] of supportRows.entries()) {
    supportValues.set(supportType === 'float32' ? Float32Array.from(row) : row, s * dimension);
  }
  return {
    kernelFunction: kernel === 'linear' ? { name: kernel } : { name: kernel, gamma: gamma as number },
    classCount,
    dimension,
    supportIndices: readCounts(svc.supportIndices, supportTotal, 'supportIndices'),
    supportValues,
    supportCounts,
    dualCoefficients: readRows(svc.dualCoefficients, classCount - 1, supportTotal, 'dualCoefficients'),
    intercepts: readNumbers(svc.intercepts, pairCount(classCount), 'intercepts'),
    converged: svc.converged === true,
    isFloat32: supportType === 'float32',
  };
}
