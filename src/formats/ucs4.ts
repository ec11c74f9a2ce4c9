import { visageError } from '../kernel/index.ts';

// NumPy keeps strings as UCS-4: one 32-bit code point a character, shorter ones filled up with NULs.

/**
 * The `count` strings of `width` characters each in `bytes`, without their trailing NULs.
 * @throws VisageError `FORMAT_INVALID` for numbers that are no code points
 */
export function decodeUcs4(
  bytes: Uint8Array,
  count: number,
  width: number,
  littleEndian: boolean,
  path: string,
): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: string[] = [];
  for (let i = 0; i < count; i++) {
    const start = i * width;
    let end = start + width;
    while (end > start && view.getUint32((end - 1) * 4, littleEndian) === 0) end--;
    let string = '';
    for (let at = start; at < end; at++) {
      const code = view.getUint32(at * 4, littleEndian);
      if (code > 0x10ffff) {
        const reason = `text ${i} holds ${code}, which is no character`;
        throw visageError('FORMAT_INVALID', { path, format: 'npy', reason });
      }
      string += String.fromCodePoint(code);
    }
    strings.push(string);
  }
  return strings;
}

/** Characters of the longest string; at least 1, since NumPy has no `<U0`. */
export function ucs4Width(strings: readonly string[]): number {
  let width = 1;
  for (const string of strings) {
    let length = 0;
    for (const _ of string) length++;
    if (length > width) width = length;
  }
  return width;
}

/** Little-endian UCS-4, each string filled up with NULs to `width` characters. */
export function encodeUcs4(strings: readonly string[], width: number): Uint8Array {
  const bytes = new Uint8Array(strings.length * width * 4);
  const view = new DataView(bytes.buffer);
  strings.forEach((string, i) => {
    let at = i * width * 4;
    for (const character of string) {
      view.setUint32(at, character.codePointAt(0)!, true);
      at += 4;
    }
  });
  return bytes;
}
