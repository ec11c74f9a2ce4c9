import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { convolution } from './convolution.ts';
import { matrixConvolution } from './matrix-convolution.ts';
import { matrix } from './matrix.ts';
import { normalisation } from './normalisation.ts';
import type { Operation } from './operation.ts';
import { pooling } from './pooling.ts';
import { reduction } from './reduction.ts';
import { shape } from './shape.ts';

/** Every operator whose derivative is known, by ONNX's name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...arithmetic,
    ...activation,
    ...matrix,
    ...convolution,
    ...matrixConvolution,
    ...pooling,
    ...normalisation,
    ...reduction,
    ...shape,
  }),
);
