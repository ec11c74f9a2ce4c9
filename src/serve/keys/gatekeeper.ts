import type { FastifyRequest } from 'fastify';
import { visageError } from '../../kernel/index.ts';
import { mayDo, type KeyRecord, type Scope } from './key.ts';
import type { KeyFile } from './key-file.ts';
import { RateLimiter } from './rate-limiter.ts';

/** Who asks. */
export type Caller = Pick<KeyRecord, 'id' | 'name' | 'scope'>;

/** Whoever uses this machine, where no key is needed. */
const local: Caller = { id: 'local', name: 'without a key', scope: 'admin' };

/** Failed tries a minute from one address: nobody guesses a key anyhow, but nobody shall fill the log either. */
const failuresPerMinute = 60;

export const sessionCookie = 'visage_key';

/** Decides who may pass. */
export class Gatekeeper {
  readonly #keys: KeyFile | undefined;
  readonly #rate: RateLimiter;
  readonly #failures = new RateLimiter(failuresPerMinute);

  /** @param keys absent: requests of this machine need none */
  constructor(keys: KeyFile | undefined, requestsPerMinute: number) {
    this.#keys = keys;
    this.#rate = new RateLimiter(requestsPerMinute);
  }

  get keysNeeded(): boolean {
    return this.#keys !== undefined;
  }

  /**
   * @param pathKey the key where it stands in the path
   * @throws VisageError `KEY_MISSING`, `KEY_INVALID`, `KEY_SCOPE`, `RATE_LIMITED`, `ORIGIN_REFUSED`
   */
  async admit(request: FastifyRequest, needed: Scope, pathKey?: string): Promise<Caller> {
    if (this.#keys === undefined) {
      // A page of somebody else, or a name of theirs that leads here, must not work through the user's browser.
      requireOwnOrigin(request);
      requireOwnName(request);
      return local;
    }
    const cookie = cookieOf(request);
    const given = pathKey ?? headerOf(request) ?? cookie;
    if (given === undefined) throw visageError('KEY_MISSING', {});
    if (given === cookie) requireOwnOrigin(request);
    const key = await this.#keys.find(given);
    if (key === undefined) {
      this.#limit(this.#failures, request.ip);
      throw visageError('KEY_INVALID', {});
    }
    this.#limit(this.#rate, key.id);
    if (!mayDo(key.scope, needed)) throw visageError('KEY_SCOPE', { got: key.scope, allowed: needed });
    return key;
  }

  #limit(limiter: RateLimiter, caller: string): void {
    const retryAfterSeconds = limiter.take(caller);
    if (retryAfterSeconds > 0)
      throw visageError('RATE_LIMITED', { allowed: limiter.perMinute, retryAfterSeconds });
  }
}

function headerOf({ headers }: FastifyRequest): string | undefined {
  const own = headers['x-api-key'];
  if (typeof own === 'string' && own !== '') return own;
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

function cookieOf({ headers }: FastifyRequest): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === sessionCookie && value !== undefined && value !== '') return value;
  }
  return undefined;
}

function requireOwnOrigin({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
  throw visageError('ORIGIN_REFUSED', { got: JSON.stringify(origin.slice(0, 200)) });
}

function requireOwnName({ hostname, headers }: FastifyRequest): void {
  if (headers.host !== undefined && isLoopback(hostname)) return;
  throw visageError('ORIGIN_REFUSED', { got: JSON.stringify((headers.host ?? '').slice(0, 200)) });
}

/** Whether an address or a name means this machine and no other. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
