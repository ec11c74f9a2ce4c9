import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VisageError } from '../../kernel/index.ts';
import { logFailure, sendRetryAfter, statusOf } from '../http/failures.ts';
import { javaJson } from './java-json.ts';

/** A failure in the words of CompreFace: body `{ message, code }`. */
export class CompreFaceFailure extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The codes that its clients know (CompreFace, `ExceptionCode`). */
export const failure = {
  noFace: () => new CompreFaceFailure(400, 28, 'No face is found in the given image'),
  severalFaces: () => new CompreFaceFailure(400, 31, 'More than one face in the source image'),
  noKey: () => new CompreFaceFailure(400, 20, 'Missing header: x-api-key'),
  keyNoUuid: () => new CompreFaceFailure(400, 26, 'Service API key should be UUID'),
  keyUnknown: (service: string, key: string) =>
    new CompreFaceFailure(404, 10, `${service} service with API Key ${key} not found`),
  extension: (name: string) => new CompreFaceFailure(400, 21, `File [${name}] has an unavailable extension`),
  notBase64: () => new CompreFaceFailure(400, 21, 'Provided value is not Base64'),
  noParameter: (name: string) => new CompreFaceFailure(400, 33, `Required parameter ${name} is missing`),
  noPart: (name: string) => new CompreFaceFailure(400, 34, `Required part ${name} is missing`),
  invalid: (message: string) => new CompreFaceFailure(400, 26, message),
  specialCharacters: () =>
    new CompreFaceFailure(
      400,
      36,
      "The name cannot contain the following special characters: ';', '/', '\\'",
    ),
  emptyField: (name: string) => new CompreFaceFailure(400, 5, `Field ${name} cannot be empty`),
  subjectExists: () => new CompreFaceFailure(400, 43, 'Subject already exists'),
  subjectUnknown: (name: string) => new CompreFaceFailure(404, 42, `Subject ${name} not found`),
  imageUnknown: (id: string) => new CompreFaceFailure(404, 44, `Image ${id} not found`),
  imageIdIncorrect: () => new CompreFaceFailure(404, 44, 'Image Id is incorrect'),
  method: (method: string) => new CompreFaceFailure(404, 0, `Request method '${method}' not supported`),
  mediaType: (type: string) => new CompreFaceFailure(415, 0, `Content type '${type}' not supported`),
};

const ourKey = /^(visage_[\w-]{43}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/i;

/** What a failure of ours is called there; what it has no word for keeps our status and sentence, with code 0. */
export function toCompreFace(error: VisageError, request: FastifyRequest): CompreFaceFailure {
  switch (error.code) {
    case 'KEY_MISSING':
      return failure.noKey();
    case 'KEY_INVALID': {
      const key = String(request.headers['x-api-key'] ?? '');
      if (!ourKey.test(key)) return failure.keyNoUuid();
      const service = /\/(recognition|detection|verification)\b/.exec(request.url)?.[1] ?? 'recognition';
      return failure.keyUnknown(service.charAt(0).toUpperCase() + service.slice(1), key);
    }
    case 'IMAGE_UNREADABLE':
    case 'IMAGE_UNSUPPORTED':
    case 'IMAGE_TOO_SMALL':
    case 'PACKAGE_MISSING':
    case 'NO_FACE':
    case 'EMBEDDING_UNDEFINED':
      return failure.noFace();
    case 'PERSON_NAME_INVALID':
      return failure.invalid(`${error.message} `);
    case 'PERSON_EXISTS':
      return failure.subjectExists();
    default:
      return new CompreFaceFailure(statusOf(error), 0, error.message);
  }
}

export function sendCompreFaceFailure(
  thrown: VisageError | CompreFaceFailure,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const told = thrown instanceof CompreFaceFailure ? thrown : toCompreFace(thrown, request);
  if (!(thrown instanceof CompreFaceFailure)) {
    logFailure(thrown, request);
    sendRetryAfter(thrown, reply);
  }
  return reply
    .status(told.status)
    .type('application/json')
    .send(javaJson({ message: told.message, code: told.code }));
}
