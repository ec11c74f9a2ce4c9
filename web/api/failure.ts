import type { ApiFailureBody } from '../../src/serve/api-types.ts';

/** Why the server has not done what it was asked. */
export class ApiFailure extends Error {
  readonly code: string;
  readonly hint: string;
  /** 0: no answer came. */
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, error: ApiFailureBody['error'], retryAfterSeconds?: number) {
    super(error.message);
    this.code = error.code;
    this.hint = error.hint;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Any thrown value as something that can be shown. */
export function toFailure(thrown: unknown): ApiFailure {
  if (thrown instanceof ApiFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiFailure(0, { code: 'PAGE', message, hint: 'Reload the page and try again.' });
}
