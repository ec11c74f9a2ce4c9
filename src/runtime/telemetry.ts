/**
 * Keeps ONNX Runtime from reporting to its maker. Since 1.29 its binaries do so by default: at the first
 * session they take the machine's id and the command line, with the paths of photos in it, keep a database in
 * the user's cache folder and send it (microsoft/onnxruntime#27379; `ORT_DISABLE_TELEMETRY`). Reading the command
 * line also overflows the stack where it is longer than some 25 kB, as with a few hundred photos.
 *
 * Must be called before ONNX Runtime makes its first session. Only the main thread's `process.env` is the
 * environment of the process: a program that uses Visage in a worker thread alone has to set the variable itself.
 */
export function forbidTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
