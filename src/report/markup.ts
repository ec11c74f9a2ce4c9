/** Text that is HTML already; made only by {@link html}, so that everything else gets escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a hole of {@link html}. Strings and numbers are escaped; nothing else can hold text. */
export type Hole = Markup | string | number | readonly Markup[] | undefined | false;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Makes text safe between tags and inside quoted attributes. Control characters, which HTML does not
 * allow, and halves of surrogate pairs, which UTF-8 cannot hold, become U+FFFD.
 */
export function escapeText(text: string): string {
  return text
    .replace(/(?![\t\n\r])\p{Cc}|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character]!);
}

function fill(hole: Hole): string {
  if (hole === undefined || hole === false) return '';
  if (hole instanceof Markup) return hole.text;
  if (typeof hole === 'string' || typeof hole === 'number') return escapeText(String(hole));
  let text = '';
  for (const part of hole) text += part.text;
  return text;
}

/** A piece of HTML; whatever stands in a hole is escaped unless it is {@link Markup}. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  let text = parts[0]!;
  for (const [i, hole] of holes.entries()) text += fill(hole) + parts[i + 1]!;
  return new Markup(text);
}

/** A person's name: isolated, so that a name in another script or direction leaves its surroundings alone. */
export const nameOf = (name: string): Markup => html`<bdi class="name">${name}</bdi>`;

/** `value` as JSON that is safe inside a `<script type="application/json">` element. */
export function jsonBlock(id: string, value: unknown): Markup {
  const json = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(`<script type="application/json" id="${escapeText(id)}">${json}</script>`);
}
