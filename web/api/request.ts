import type { ApiFailureBody } from '../../src/serve/api-types.ts';
import { ApiFailure } from './failure.ts';

export interface RequestOptions {
  readonly json?: object;
  readonly form?: FormData;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Sent even while the page is being closed. */
  readonly keepalive?: boolean;
  /** Told when the server is full; the request then waits and asks again. Absent: it fails at once. */
  readonly onBusy?: (seconds: number) => void;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** How often a full server is asked again. */
const mostTries = 30;

/** Hears that a key is needed, from whichever request finds out first. */
export const keyWatch = { onKeyMissing: (): void => {} };

/** @throws ApiFailure */
export async function request<Answer>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await requestOnce<Answer>(method, path, options);
    } catch (thrown) {
      const { onBusy, signal } = options;
      const busy = thrown instanceof ApiFailure && thrown.status === 503;
      if (!busy || onBusy === undefined || tries >= mostTries) throw thrown;
      const seconds = thrown.retryAfterSeconds ?? 1;
      onBusy(seconds);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      signal?.throwIfAborted();
    }
  }
}

async function requestOnce<Answer>(method: Method, path: string, options: RequestOptions): Promise<Answer> {
  const { json, form, headers, signal, keepalive } = options;
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers: { ...headers, ...(json && { 'content-type': 'application/json' }) },
      body: json ? JSON.stringify(json) : (form ?? null),
      signal: signal ?? null,
      keepalive: keepalive ?? false,
    });
  } catch {
    signal?.throwIfAborted();
    const hint = 'Check that visage serve still runs and that this device can reach it, then try again.';
    throw new ApiFailure(0, { code: 'UNREACHABLE', message: 'The server does not answer.', hint });
  }
  if (answer.ok) return (await answer.json()) as Answer;
  throw await failureOf(answer);
}

async function failureOf(answer: Response): Promise<ApiFailure> {
  if (answer.status === 401) keyWatch.onKeyMissing();
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
  try {
    const { error } = (await answer.json()) as ApiFailureBody;
    return new ApiFailure(answer.status, error, retryAfter);
  } catch {
    const message = `The server answered ${answer.status} without saying why.`;
    return new ApiFailure(answer.status, { code: 'ANSWER', message, hint: 'Try again.' }, retryAfter);
  }
}
