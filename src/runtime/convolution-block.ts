import { encodeModel } from '../formats/index.ts';
import { GraphBuilder, toModel } from '../graph/index.ts';
import { forbidTelemetry } from './telemetry.ts';

const channels = 64;

/** Puts pictures of two pixels into the order in which the fast convolutions take them. */
function probe(): Uint8Array {
  const b = new GraphBuilder('convolution-block');
  const result = { type: 'float32', dims: [1, channels, 1, 2] } as const;
  const image = b.input('image', 'float32', result.dims);
  b.output('blocks', b.nodes('ReorderInput', [image], {}, [result], 'reordered', 'com.microsoft.nchwc')[0]!);
  return encodeModel(toModel(b.finish()));
}

/**
 * How many channels lie side by side in the pictures and filters of ONNX Runtime's fast convolutions
 * (domain `com.microsoft.nchwc`, onnxruntime/core/mlas/lib/reorder.cpp): 16 with AVX-512, 8 with AVX2; 0 where
 * there are none. It uses them by itself for constant filters alone. Nothing tells the number, so pixels are
 * numbered and it is looked where the second one of the first channel comes to lie.
 */
export async function convolutionBlock(): Promise<number> {
  forbidTelemetry();
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  try {
    const session = await InferenceSession.create(probe(), { logSeverityLevel: 4, intraOpNumThreads: 1 });
    try {
      const data = Float32Array.from({ length: channels * 2 }, (_, i) => i);
      const { blocks } = await session.run({ image: new Tensor('float32', data, [1, channels, 1, 2]) });
      const block = (blocks!.data as Float32Array).indexOf(1);
      return block > 1 && channels % block === 0 ? block : 0;
    } finally {
      await session.release();
    }
  } catch {
    // A build without them does not know the operator.
    return 0;
  }
}
