import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** A field of a form: a text, or a file by its path or bytes. */
export type Field = readonly [name: string, value: string | FilePart];

export interface FilePart {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

export const fileAt = async (path: string): Promise<FilePart> => ({
  fileName: basename(path),
  bytes: await readFile(path),
});

const boundary = '----visage-test-7e3';

/** A `multipart/form-data` request as `inject` takes it. */
export function form(...fields: readonly Field[]): { headers: Record<string, string>; payload: Buffer } {
  const chunks: Uint8Array[] = [];
  for (const [name, value] of fields) {
    const isFile = typeof value !== 'string';
    const file = isFile ? `; filename="${value.fileName}"\r\nContent-Type: application/octet-stream` : '';
    chunks.push(
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      isFile ? value.bytes : Buffer.from(value),
      Buffer.from('\r\n'),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  const payload = Buffer.concat(chunks);
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, payload };
}
