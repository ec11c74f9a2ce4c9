/** A number that is written with a decimal point, also where it is whole, as Java writes its doubles. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export const double = (value: number): Double => new Double(value);

/**
 * JSON as CompreFace sends it (Jackson with INDENT_OUTPUT): indented, `"name" : value`, lists of plain values on
 * one line, doubles with a decimal point, fields that are undefined left out.
 */
export function javaJson(value: unknown, indent = ''): string {
  if (value instanceof Double) {
    const text = String(value.value);
    return Number.isInteger(value.value) && !text.includes('e') ? `${text}.0` : text;
  }
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return value.length === 0 ? '[ ]' : `[ ${value.map((item) => javaJson(item, indent)).join(', ')} ]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (fields.length === 0) return '{ }';
  const lines = fields.map(([name, field]) => `${inner}${JSON.stringify(name)} : ${javaJson(field, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
