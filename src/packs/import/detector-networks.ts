import { encodeModel } from '../../formats/index.ts';
import { toModel } from '../../graph/index.ts';
import { mtcnnOutputNet, mtcnnProposalNet, mtcnnRefineNet } from '../../nets/index.ts';
import type { NewNetwork } from '../keeper/install.ts';
import type { PackPart } from '../record/pack-record.ts';
import type { MtcnnPart, MtcnnWeights } from './mtcnn.ts';

/** The networks of MTCNN with these weights; without any, those of the bundled detector. */
export function detectorNetworks(
  mtcnn: Required<MtcnnWeights> | undefined,
): Partial<Record<PackPart, NewNetwork>> {
  if (mtcnn === undefined) return { detector: { bundled: 'detector' }, landmarks: { bundled: 'landmarks' } };
  const builders = { pnet: mtcnnProposalNet, rnet: mtcnnRefineNet, onet: mtcnnOutputNet };
  const network = (part: MtcnnPart): NewNetwork => ({
    name: part,
    bytes: () => encodeModel(toModel(builders[part](mtcnn[part]))),
  });
  return { detector: network('pnet'), refine: network('rnet'), landmarks: network('onet') };
}
