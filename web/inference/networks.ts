import type { ApiPackInUse } from '../../src/serve/api-types.ts';

export type Network = ApiPackInUse['networks'][number];

/**
 * Loads networks from the server; the browser keeps them, as what has an id never changes.
 * @param onProgress told how many of all bytes are there
 * @throws Error in words for the person at the page
 */
export async function loadNetworks(
  networks: readonly Network[],
  onProgress: (loadedBytes: number, totalBytes: number) => void,
): Promise<Uint8Array[]> {
  const totalBytes = networks.reduce((sum, { bytes }) => sum + bytes, 0);
  let loadedBytes = 0;
  const loads = networks.map(async ({ id, name, bytes }) => {
    const answer = await fetch(`/api/v1/pack/networks/${encodeURIComponent(id)}`);
    if (!answer.ok || answer.body === null)
      throw new Error(`${name} could not be loaded, status ${answer.status}`);
    const network = new Uint8Array(bytes);
    let at = 0;
    for await (const part of chunksOf(answer.body)) {
      if (at + part.length > bytes) break;
      network.set(part, at);
      at += part.length;
      loadedBytes += part.length;
      onProgress(loadedBytes, totalBytes);
    }
    if (at !== bytes) throw new Error(`${name} did not arrive whole`);
    return network;
  });
  return Promise.all(loads);
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
