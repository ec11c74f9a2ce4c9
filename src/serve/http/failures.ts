import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { VisageError, visageError } from '../../kernel/index.ts';

/** Content types that bodies may have. */
export const takenTypes = 'application/json, multipart/form-data, image/*, application/octet-stream';

/**
 * Any thrown value as a coded error that may be shown to a stranger: what Fastify refuses gets a row of the
 * table, what nobody foresaw says no more than where to look.
 */
export function toShownError(thrown: unknown, request: FastifyRequest, maxBodyBytes: number): VisageError {
  if (thrown instanceof VisageError) return thrown;
  const { code, statusCode, validation, message } = thrown as Partial<FastifyError>;
  if (validation !== undefined) return visageError('REQUEST_INVALID', { reason: plainReason(message ?? '') });
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return visageError('BODY_TOO_LARGE', { allowed: maxBodyBytes });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const got = JSON.stringify((request.headers['content-type'] ?? '').slice(0, 100));
    return visageError('MEDIA_TYPE_UNSUPPORTED', { got, allowed: takenTypes });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return visageError('REQUEST_INVALID', { reason: plainReason(message ?? 'it cannot be read') });
  }
  const reason = `its log says more, under the request ${request.id}`;
  return visageError('INTERNAL', { reason }, thrown);
}

const plainReason = (message: string): string => {
  const [line = ''] = message.split('\n');
  return line.slice(0, 300).replace(/\.$/, '');
};

/** The status of an answer that tells of `error`. */
export function statusOf(error: VisageError): number {
  // A picture that this server has no decoder for is the sender's to convert.
  return error.code === 'PACKAGE_MISSING' ? 415 : error.httpStatus;
}

/** Answers as the API of Visage does. */
export function sendFailure(error: VisageError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  logFailure(error, request);
  const status = statusOf(error);
  sendRetryAfter(error, reply);
  return reply
    .status(status)
    .type('application/json; charset=utf-8')
    .send({ error: error.toJSON(), requestId: request.id });
}

/** When to come again, where that helps. */
export function sendRetryAfter(error: VisageError, reply: FastifyReply): void {
  const seconds = error.slots['retryAfterSeconds'] ?? (error.httpStatus === 503 ? 1 : undefined);
  if (seconds !== undefined) reply.header('retry-after', String(seconds));
}

export function logFailure(error: VisageError, request: FastifyRequest): void {
  const entry = { code: error.code, err: error.cause ?? error };
  if (statusOf(error) >= 500 && error.httpStatus !== 503) request.log.error(entry, error.message);
  else request.log.info({ code: error.code }, error.message);
}
