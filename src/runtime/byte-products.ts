import { encodeModel } from '../formats/index.ts';
import { GraphBuilder, toModel } from '../graph/index.ts';
import { forbidTelemetry } from './telemetry.ts';

const channels = 64;
const [largestPixel, largestFilter] = [255, 127];
/** What the exact sum comes to; saturated sums come to about half of it. */
const exactAnswer = 200;

/** One 1×1 convolution over the largest bytes there are: every product of two neighbours overflows 16 bits. */
function probe(): Uint8Array {
  const b = new GraphBuilder('byte-products');
  const float = (value: number) =>
    b.constant({ type: 'float32', dims: [], data: Float32Array.of(value) }, 'scale');
  const pixels = b.input('pixels', 'uint8', [1, channels, 4, 4]);
  const filters = new Int8Array(channels * channels).fill(largestFilter);
  const weights = b.constant({ type: 'int8', dims: [channels, channels, 1, 1], data: filters }, 'filters');
  const pixelZero = b.constant({ type: 'uint8', dims: [], data: Uint8Array.of(0) }, 'zero');
  const filterZero = b.constant({ type: 'int8', dims: [], data: Int8Array.of(0) }, 'zero');
  const scale = (channels * largestPixel * largestFilter) / exactAnswer;
  const inputs = [pixels, float(1), pixelZero, weights, float(1), filterZero, float(scale), pixelZero];
  b.output(
    'sums',
    b.node('QLinearConv', inputs, {}, { type: 'uint8', dims: [1, channels, 4, 4] }, 'products'),
  );
  return encodeModel(toModel(b.finish()));
}

/**
 * Whether ONNX Runtime multiplies unsigned by signed bytes on this machine without losing anything.
 *
 * Processors with AVX2 alone add two products in 16 bits (`vpmaddubsw`) and cut off what does not fit, so
 * there filters must be unsigned, which is slower (onnxruntime.ai, "Quantize ONNX models", on S8S8 and
 * U8U8). Nothing tells Node what a processor can do: it is asked for a sum whose answer is known.
 */
export async function multipliesBytesExactly(): Promise<boolean> {
  forbidTelemetry();
  // Not at start-up: the answer is usually known.
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(probe(), { intraOpNumThreads: 1, interOpNumThreads: 1 });
  try {
    const data = new Uint8Array(channels * 16).fill(largestPixel);
    const { sums } = await session.run({ pixels: new Tensor('uint8', data, [1, channels, 4, 4]) });
    return (sums!.data as Uint8Array).every((sum) => sum === exactAnswer);
  } finally {
    await session.release();
  }
}
