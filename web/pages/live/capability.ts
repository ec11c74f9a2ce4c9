/**
 * A module of one function that makes a vector of 16 bytes and drops it: valid where WebAssembly has SIMD.
 * Type section (no parameters, no results), function section, code: i32.const 0, i8x16.splat, drop, end.
 */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
]);

/** What this browser lacks to run networks itself; `undefined`: nothing. */
export function incapability(): string | undefined {
  if (typeof WebAssembly !== 'object' || !WebAssembly.validate(simdModule))
    return 'this browser has no WebAssembly with SIMD';
  if (typeof Worker !== 'function' || typeof OffscreenCanvas !== 'function')
    return 'this browser cannot draw in the background (OffscreenCanvas)';
  if (typeof createImageBitmap !== 'function') return 'this browser gives no frames of a video';
  return undefined;
}
