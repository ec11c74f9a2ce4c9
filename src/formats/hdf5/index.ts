export { Hdf5File, hdf5Signature } from './file.ts';
export type { Hdf5Object } from './file.ts';
