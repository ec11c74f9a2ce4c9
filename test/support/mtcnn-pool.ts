import { encodeModel } from '../../src/formats/index.ts';
import { toModel } from '../../src/graph/index.ts';
import type { MtcnnModels } from '../../src/detect/index.ts';
import { mtcnnOutputNet, mtcnnProposalNet, mtcnnRefineNet } from '../../src/nets/index.ts';
import { importMtcnn, type MtcnnWeights } from '../../src/packs/index.ts';
import { modelFile } from './networks.ts';
import { inShared } from './repository.ts';

/** Writes the three networks as files. */
export function mtcnnModels(weights: Required<MtcnnWeights>, name: string): MtcnnModels {
  const write = (part: string, bytes: Uint8Array) => modelFile(`${name}-${part}`, bytes);
  return {
    pnet: write('pnet', encodeModel(toModel(mtcnnProposalNet(weights.pnet)))),
    rnet: write('rnet', encodeModel(toModel(mtcnnRefineNet(weights.rnet)))),
    onet: write('onet', encodeModel(toModel(mtcnnOutputNet(weights.onet)))),
  };
}

/** The published weights, from the shared folder. */
export async function publishedMtcnnWeights(): Promise<Required<MtcnnWeights>> {
  const files = ['det1.npy', 'det2.npy', 'det3.npy'].map((file) => inShared('models/mtcnn', file));
  const [det1, det2, det3] = await Promise.all(files.map((file) => importMtcnn(file)));
  return { ...det1, ...det2, ...det3 } as Required<MtcnnWeights>;
}
