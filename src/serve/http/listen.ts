import { isIPv6 } from 'node:net';
import { visageError } from '../../kernel/index.ts';
import type { App } from './app.ts';

interface Obstacle {
  readonly reason: string;
  readonly advice: string;
}

const noSuchAddress: Obstacle = {
  reason: 'this machine has no such address',
  advice: 'Choose an address of this machine with --host; 0.0.0.0 is all of them.',
};

/** What keeps a server from an address, by the error codes of Node. */
const obstacles: Readonly<Record<string, Obstacle>> = {
  EADDRINUSE: {
    reason: 'another program listens there already',
    advice: 'End it, if it is an earlier server, or choose another port with --port; 0 takes any free one.',
  },
  EACCES: {
    reason: 'this user may not use that port',
    advice: 'Choose a port above 1023 with --port, and let a reverse proxy have the lower one.',
  },
  EADDRNOTAVAIL: noSuchAddress,
  ENOTFOUND: noSuchAddress,
  EAI_AGAIN: noSuchAddress,
};

/** Starts to listen. @returns the address, e.g. `http://127.0.0.1:8000` @throws VisageError `ADDRESS_UNUSABLE` */
export async function listenOn(app: App, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (thrown) {
    const obstacle = obstacles[(thrown as NodeJS.ErrnoException).code ?? ''];
    if (obstacle === undefined) throw thrown;
    const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    throw visageError('ADDRESS_UNUSABLE', { address, ...obstacle }, thrown);
  }
}
