export { PickleFault } from './fault.ts';
export { unpickle } from './machine.ts';
export type { PickleGlobal, PickleState, UnpickleOptions } from './machine.ts';
