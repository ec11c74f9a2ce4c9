/** A promise with the functions that settle it. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** `Promise.withResolvers`, which Node has from version 22 on, with an abort that rejects it. */
export function deferred<Value>(signal?: AbortSignal, onAbort?: () => void): Deferred<Value> {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  if (signal !== undefined) {
    const abort = () => {
      onAbort?.();
      reject(signal.reason);
    };
    const forget = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(forget, forget);
  }
  return { promise, resolve, reject };
}
