import { Type } from 'typebox';
import { UploadedFile } from '../http/uploaded-file.ts';

/** A file of a form, or the whole body where that is a picture; in OpenAPI a binary string. */
export const FileSchema = Type.Unsafe<UploadedFile>({ isFile: true });

/** One file under this name. */
export const OneFileSchema = Type.Array(FileSchema, { minItems: 1, maxItems: 1 });

/** A form with one `photo`. A body of a picture (`image/*`, `application/octet-stream`) is taken as that. */
export const PhotoBodySchema = Type.Object({ photo: OneFileSchema });

export type PhotoBody = Type.Static<typeof PhotoBodySchema>;
