/** An encoded picture that travels inside the report. */
export interface Picture {
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The picture as a `data:` address (RFC 2397), so that the page asks nobody for it. */
export function pictureAddress({ format, bytes }: Picture): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return `data:image/${format};base64,${base64}`;
}
