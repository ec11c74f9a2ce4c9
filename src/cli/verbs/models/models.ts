import { withActions } from '../with-actions.ts';
import { registerImport } from './import.ts';
import { registerInfo } from './info.ts';
import { registerList } from './list.ts';
import { registerPull } from './pull.ts';
import { registerRemove } from './remove.ts';
import { registerVerify } from './verify.ts';

const description = `Keep the packs: detector, embedder and all that belongs to them.

A pack comes with Visage (bundled), is downloaded (pull), or made of weight files that you have (import). Packs lie in the folder that VISAGE_MODELS names, otherwise in packs/ of the cache folder, each in a folder of its own that says everything about it.`;

const examples = `
Examples:
  visage models list
  visage models pull facenet-512-vggface2
  visage models import facenet_keras.h5 det1.npy det2.npy det3.npy
  visage models verify facenet-512-vggface2 --faces test_images_aligned/`;

export const defineModels = withActions({
  description,
  examples,
  actions: [registerList, registerInfo, registerPull, registerImport, registerVerify, registerRemove],
});
