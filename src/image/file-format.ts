/**
 * What a file is, by its content. Only these formats reach a decoder; everything else, vector
 * formats among them, is refused by name before any of it is interpreted.
 */
export type ReadableFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'heif';

export type FileFormat =
  | { readonly readable: true; readonly format: ReadableFormat }
  | { readonly readable: false; readonly format: string; readonly advice: string }
  /** No known format: perhaps damaged, perhaps no picture at all. */
  | { readonly readable: false; readonly format: undefined; readonly reason: string };

const convert = 'Convert it to JPEG, PNG, WebP, AVIF or TIFF first.';
const exportRaw = 'Export it from your photo program as JPEG.';
const rasterise = 'Vector drawings are not rendered; export it as PNG.';
const takeFrame = 'Take a still frame from it as JPEG or PNG.';

/** Bytes at an offset that give a format away; from the formats' own specifications. */
const signatures: readonly (readonly [offset: number, bytes: string, result: FileFormat])[] = [
  [0, '\xff\xd8\xff', { readable: true, format: 'jpeg' }],
  [0, '\x89PNG\r\n\x1a\n', { readable: true, format: 'png' }],
  [0, 'GIF87a', { readable: true, format: 'gif' }],
  [0, 'GIF89a', { readable: true, format: 'gif' }],
  [8, 'WEBP', { readable: true, format: 'webp' }],
  [8, 'CR\x02\0', { readable: false, format: 'Canon raw', advice: exportRaw }],
  [0, 'IIU\0', { readable: false, format: 'Panasonic raw', advice: exportRaw }],
  [0, 'FUJIFILMCCD-RAW', { readable: false, format: 'Fujifilm raw', advice: exportRaw }],
  [0, 'II*\0', { readable: true, format: 'tiff' }],
  [0, 'MM\0*', { readable: true, format: 'tiff' }],
  [0, 'II+\0', { readable: true, format: 'tiff' }],
  [0, 'MM\0+', { readable: true, format: 'tiff' }],
  [0, '\0\0\0\x0cjP  \r\n\x87\n', { readable: false, format: 'JPEG 2000', advice: convert }],
  [0, '\xff\x4f\xff\x51', { readable: false, format: 'JPEG 2000', advice: convert }],
  [0, '\xff\x0a', { readable: false, format: 'JPEG XL', advice: convert }],
  [0, '\0\0\0\x0cJXL \r\n\x87\n', { readable: false, format: 'JPEG XL', advice: convert }],
  [0, 'BM', { readable: false, format: 'BMP', advice: convert }],
  [0, '\0\0\x01\0', { readable: false, format: 'icon', advice: convert }],
  [0, '8BPS', { readable: false, format: 'Photoshop', advice: convert }],
  [0, '%PDF-', { readable: false, format: 'PDF', advice: 'Export its pages as PNG or JPEG.' }],
  [0, '%!PS', { readable: false, format: 'PostScript', advice: rasterise }],
  [0, '\x1a\x45\xdf\xa3', { readable: false, format: 'video', advice: takeFrame }],
  [8, 'AVI ', { readable: false, format: 'video', advice: takeFrame }],
  [0, 'PK\x03\x04', { readable: false, format: 'ZIP', advice: 'Unpack it first.' }],
  [0, '\x1f\x8b', { readable: false, format: 'gzip', advice: 'Unpack it first.' }],
];

/** ISO base media brands of still pictures (ISO/IEC 23008-12, AVIF 1.1); other brands are videos. */
const pictureBrands = /^(avif|avis|heic|heix|heim|heis|hevc|hevx|mif1|mif2|msf1|miaf)$/;

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

function readText(bytes: Uint8Array): FileFormat {
  const head = latin1(bytes, 0, 1024);
  // SVG may open with a declaration, comments or a byte order mark, in two-byte letters too.
  const text = head.replaceAll('\0', '').replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  if (/<svg[\s>]/i.test(text)) return { readable: false, format: 'SVG', advice: rasterise };
  if (/^\s*<(!doctype html|html|head|body)/i.test(text)) {
    return { readable: false, format: undefined, reason: 'it is a web page, not a picture' };
  }
  if (/^\s*<\?xml/.test(text)) return { readable: false, format: 'XML', advice: rasterise };
  const printable = /^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(head);
  const reason = printable ? 'it is text, not a picture' : 'it is in no known picture format, or is damaged';
  return { readable: false, format: undefined, reason };
}

/** Recognises a file by its first bytes; its name does not count. */
export function sniffFormat(bytes: Uint8Array): FileFormat {
  if (bytes.length === 0) return { readable: false, format: undefined, reason: 'the file is empty' };
  if (latin1(bytes, 4, 8) === 'ftyp') {
    return pictureBrands.test(latin1(bytes, 8, 12))
      ? { readable: true, format: 'heif' }
      : { readable: false, format: 'video', advice: takeFrame };
  }
  const known = signatures.find(
    ([offset, signature]) => latin1(bytes, offset, offset + signature.length) === signature,
  );
  return known?.[2] ?? readText(bytes);
}
