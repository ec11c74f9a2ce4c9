import { visageError } from '../../kernel/index.ts';

/** What came from a server, before its body is read. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { destroy(): void };
}

/** Sends one GET request. */
export type Send = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
) => Promise<Answer>;

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
  readonly #send: Send;
  readonly #close: () => Promise<void>;
  readonly #allowHttp: boolean;

  /** @param send sends one request, without following redirects */
  constructor(
    send: Send,
    { allowHttp = false }: TransportOptions = {},
    close = async (): Promise<void> => {},
  ) {
    this.#send = send;
    this.#close = close;
    this.#allowHttp = allowHttp;
  }

  /** Loads what is needed to talk to servers. @throws VisageError `PACKAGE_MISSING` */
  static async open(options: TransportOptions = {}): Promise<Transport> {
    const undici = await import('undici').catch((cause: unknown) => {
      throw visageError('PACKAGE_MISSING', { feature: 'Downloading', package: 'undici' }, cause);
    });
    const dispatcher = new undici.EnvHttpProxyAgent({
      connect: { timeout: connectMs },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
    const send: Send = async (url, headers, signal) => {
      const answer = await undici.request(url, { dispatcher, headers, ...(signal && { signal }) });
      // What is thrown at a reader that went away concerns nobody.
      answer.body.on('error', () => {});
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    };
    return new Transport(send, options, () => dispatcher.destroy());
  }

  /**
   * Asks for `url`, following redirects.
   * @throws Refusal for redirects that go nowhere; whatever the network throws; the reason of `signal`
   */
  async get(url: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer> {
    let at = new URL(url);
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const answer = await this.#send(at, headers, signal);
      const { status } = answer;
      const { location } = answer.headers;
      if (status < 300 || status > 399 || typeof location !== 'string') return answer;
      answer.body.destroy();
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
    await this.#close();
  }
}
