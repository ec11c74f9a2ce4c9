import type { FastifyRequest } from 'fastify';
import { UploadedFile } from '../http/uploaded-file.ts';
import { failure } from './failure.ts';
import { isForm } from './parameters.ts';

/** CompreFace looks at the name, never at the content (`ImageExtensionValidator`). */
const extension = /\.(jpe?g|png|bmp|ico|gif|tiff?|webp)$/i;

/** A picture under its name in a form, in a JSON body, and in the messages about the latter. */
export interface PictureField {
  readonly part: string;
  readonly inMessages: string;
}

export const fileField: PictureField = { part: 'file', inMessages: 'content' };
export const sourceField: PictureField = { part: 'source_image', inMessages: 'sourceImageBase64' };
export const targetField: PictureField = { part: 'target_image', inMessages: 'targetImageBase64' };

/** The picture of a request, out of a form or as base64 in JSON. @throws CompreFaceFailure */
export function pictureOf(request: FastifyRequest, { part, inMessages }: PictureField): UploadedFile {
  const type = request.headers['content-type'] ?? '';
  const body = request.body;
  if (/^multipart\/form-data/i.test(type)) {
    const files = isForm(body) ? body[part] : undefined;
    const [file] = Array.isArray(files) ? (files as readonly UploadedFile[]) : [];
    if (file === undefined) throw failure.noPart(part);
    if (!extension.test(file.name)) throw failure.extension(file.name);
    return file;
  }
  if (type !== '' && !/^application\/json/i.test(type)) throw failure.mediaType(type);
  const text = isForm(body) ? body[part] : undefined;
  if (typeof text !== 'string' || text === '') throw failure.emptyField(inMessages);
  if (!isBase64(text)) throw failure.notBase64();
  return new UploadedFile(`${part}.jpg`, 'image/jpeg', Buffer.from(text, 'base64'));
}

/** Without backtracking, which long texts would exhaust. */
function isBase64(text: string): boolean {
  const padding = text.indexOf('=');
  const end = padding < 0 ? text.length : padding;
  return end % 4 !== 1 && text.length - end <= 2 && !/[^A-Za-z\d+/=]/.test(text);
}
