import { startVisage } from './visage-process.ts';

/**
 * Starts `visage serve` as a process of its own, on a port that is free.
 * @returns once it listens, with its address, e.g. `http://127.0.0.1:40123`
 * @throws Error where it ends before that, with what it said
 */
export async function startServer(
  flags: readonly string[],
  options?: Parameters<typeof startVisage>[1],
): Promise<ReturnType<typeof startVisage> & { readonly address: string }> {
  const { child, ended } = startVisage(['serve', '--port', '0', ...flags], options);
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (text: string) => {
      said += text;
      const found = /Listening on (http:\S+)/.exec(said);
      if (found !== null) resolve(found[1]!);
    });
    ended.then(() => reject(new Error(said)), reject);
  });
  return { child, ended, address };
}
