import { visageError } from '../../kernel/index.ts';
import { UploadedFile } from './uploaded-file.ts';

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  /** Absent: a text field. */
  readonly fileName?: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** More than any client sends; each costs a search for the next boundary only. */
const maxParts = 200;
const maxHeaderBytes = 8 * 1024;
/** RFC 2046, 5.1.1: 1 to 70 characters. */
const longestBoundary = 70;

const invalid = (reason: string): Error => visageError('REQUEST_INVALID', { reason });

/**
 * The parts of a `multipart/form-data` body (RFC 7578) that lies whole in memory.
 *
 * Where the header names no boundary it is taken from the first line of the body: some clients leave
 * it out (`@exadel/compreface-js-sdk` with buffers and streams does).
 * @throws VisageError `REQUEST_INVALID`
 */
export function parseMultipart(body: Buffer, contentType: string): FormPart[] {
  const boundary = boundaryOf(contentType) ?? firstLine(body);
  if (boundary === undefined) throw invalid('the multipart body does not begin with a boundary');
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const opening = delimiter.subarray(2);
  const parts: FormPart[] = [];
  // The first delimiter may stand at the very start, or after a preamble.
  let at = body.subarray(0, opening.length).equals(opening)
    ? opening.length
    : afterDelimiter(body, body.indexOf(delimiter), delimiter);
  for (;;) {
    if (at === undefined) throw invalid('the multipart body ends before its boundary');
    if (body[at] === dash && body[at + 1] === dash) return parts;
    const lineEnd = body.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0 || body.subarray(at, lineEnd).some((byte) => byte !== space && byte !== tab)) {
      throw invalid('a multipart boundary is followed by something else');
    }
    const headerEnd = body.subarray(lineEnd, lineEnd + 2 + maxHeaderBytes).indexOf('\r\n\r\n', 0, 'latin1');
    if (headerEnd < 0) throw invalid('a part of the form has no end of its header');
    const start = lineEnd + headerEnd + 4;
    // An empty part's end delimiter shares the line break that ends its header.
    const end = body.indexOf(delimiter, start - 2);
    if (end < 0) throw invalid('the multipart body ends before its boundary');
    if (parts.length === maxParts) throw invalid(`the form has more than ${maxParts} parts`);
    const header = body.subarray(lineEnd, start - 2).toString('utf8');
    parts.push(partOf(header, body.subarray(Math.min(start, end), end)));
    at = end + delimiter.length;
  }
}

const [dash, space, tab] = [0x2d, 0x20, 0x09];

const afterDelimiter = (body: Buffer, found: number, delimiter: Buffer): number | undefined =>
  found < 0 || found > body.length ? undefined : found + delimiter.length;

function boundaryOf(contentType: string): string | undefined {
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary !== undefined && boundary.length > longestBoundary) throw invalid('its boundary is too long');
  return boundary;
}

function firstLine(body: Buffer): string | undefined {
  const line = body.subarray(0, longestBoundary + 4).toString('latin1');
  return /^--([^\r\n]+)\r\n/.exec(line)?.[1];
}

function partOf(header: string, bytes: Uint8Array): FormPart {
  const disposition = /^content-disposition:\s*form-data\s*(.*)$/im.exec(header)?.[1];
  const name = disposition === undefined ? undefined : parameterOf(disposition, 'name');
  if (disposition === undefined || name === undefined) throw invalid('a part of the form has no name');
  const fileName = parameterOf(disposition, 'filename');
  const contentType = /^content-type:\s*([^\r\n]*)$/im.exec(header)?.[1]?.trim() ?? 'text/plain';
  return { name, ...(fileName === undefined ? {} : { fileName }), contentType, bytes };
}

/** Browsers write `"` inside a quoted value as `%22`; curl as `\"`. */
function parameterOf(disposition: string, parameter: string): string | undefined {
  const match = new RegExp(`;\\s*${parameter}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'i').exec(disposition);
  const quoted = match?.[1]?.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"');
  return quoted ?? match?.[2];
}

/** A form by field: files as lists, texts as one string, repeated ones joined with commas. */
export type Form = Readonly<Record<string, string | readonly UploadedFile[]>>;

/** @throws VisageError `REQUEST_INVALID` */
export function formOf(parts: readonly FormPart[]): Form {
  const form: Record<string, string | UploadedFile[]> = Object.create(null) as Record<string, string>;
  for (const { name, fileName, contentType, bytes } of parts) {
    const known = form[name];
    if (fileName === undefined) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      if (Array.isArray(known)) throw invalid(`the form has a file and a text under the name ${name}`);
      form[name] = known === undefined ? text : `${known},${text}`;
    } else {
      if (typeof known === 'string') throw invalid(`the form has a file and a text under the name ${name}`);
      form[name] = [...(known ?? []), new UploadedFile(fileName, contentType, bytes)];
    }
  }
  return form;
}
