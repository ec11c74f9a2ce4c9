/**
 * What is wrong with a pickle. Thrown also by the functions of a {@link PickleGlobal} and by
 * {@link PickleState.setState}; {@link unpickle} turns it into a coded error.
 */
export class PickleFault extends Error {
  override readonly name = 'PickleFault';
}
