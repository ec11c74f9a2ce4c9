import { visageError } from '../../kernel/index.ts';

/** What came from a server, before its body is read. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { destroy(): void };
  /** Of the last request, after redirects. */
  readonly url: string;
}

export interface TransportOptions {
  /** Whether a redirect may lead from https to http; default no. */
  readonly allowHttp?: boolean | undefined;
}

/** More redirects than any honest server makes (curl: 50, browsers: 20, fetch: 20). */
const maxRedirects = 10;
/** How long a server may say nothing: before its answer, and within it. */
const silenceMs = 60_000;
const connectMs = 15_000;

/** A server said something that no repetition changes. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/**
 * Sends GET requests, through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.
 *
 * It is undici, of which Node's own `fetch` is a frozen part: that of Node 20 neither knows these
 * variables nor gives its proxy agents to programs, and undici is kept by Node's own people.
 */
export class Transport implements AsyncDisposable {
  readonly #undici: typeof import('undici');
  readonly #agent: import('undici').EnvHttpProxyAgent;
  readonly #allowHttp: boolean;

  private constructor(undici: typeof import('undici'), allowHttp: boolean) {
    this.#undici = undici;
    this.#allowHttp = allowHttp;
    this.#agent = new undici.EnvHttpProxyAgent({
      connect: { timeout: connectMs },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
  }

  /** Loads what is needed to talk to servers. @throws VisageError `PACKAGE_MISSING` */
  static async open({ allowHttp = false }: TransportOptions = {}): Promise<Transport> {
    try {
      return new Transport(await import('undici'), allowHttp);
    } catch (cause) {
      throw visageError('PACKAGE_MISSING', { feature: 'Downloading', package: 'undici' }, cause);
    }
  }

  /**
   * Asks for `url`, following redirects.
   * @throws Refusal for redirects that go nowhere; whatever the network throws; the reason of `signal`
   */
  async get(url: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer> {
    let at = new URL(url);
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const {
        statusCode,
        headers: found,
        body,
      } = await this.#undici.request(at, {
        dispatcher: this.#agent,
        headers,
        ...(signal && { signal }),
      });
      // What is thrown at a reader that went away concerns nobody.
      body.on('error', () => {});
      const { location } = found;
      if (statusCode < 300 || statusCode > 399 || statusCode === 304 || typeof location !== 'string') {
        return { status: statusCode, headers: found, body, url: at.href };
      }
      body.destroy();
      const next = URL.canParse(location, at.href) ? new URL(location, at.href) : undefined;
      if (next === undefined || !['http:', 'https:'].includes(next.protocol)) {
        throw new Refusal(`it redirects to ${location}, which is no web address`);
      }
      if (at.protocol === 'https:' && next.protocol === 'http:' && !this.#allowHttp) {
        throw new Refusal(`it redirects from https to ${next.origin}, which is not protected`);
      }
      at = next;
    }
    throw new Refusal(`it redirects more than ${maxRedirects} times`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}
