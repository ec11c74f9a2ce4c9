import type { Server, ServerOptions } from './server.ts';

/**
 * Opens the pack and the gallery and makes a server; it does not listen yet. The HTTP packages load with
 * the first one.
 * @throws VisageError as `openRecognizer` and `openGallery`; `OPTION_INVALID`
 */
export async function openServer(options: ServerOptions = {}): Promise<Server> {
  const { makeServer } = await import('./server.ts');
  return makeServer(options);
}
