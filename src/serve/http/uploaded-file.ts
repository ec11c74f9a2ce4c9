/** A file that came with a request. It lives in memory only and never becomes a path. */
export class UploadedFile {
  /** As the client named it, or `photo`; what messages and `source` call it. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;

  constructor(name: string, contentType: string, bytes: Uint8Array) {
    this.name = name;
    this.contentType = contentType;
    this.bytes = bytes;
  }
}
