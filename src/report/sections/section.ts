import { html, type Markup } from '../markup.ts';

/** One part of the report, or nothing where there is nothing to say. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** One sentence under the title: how to read what follows. */
  readonly lead?: Markup;
  readonly body: Markup;
}

/** A section as HTML. */
export function sectionMarkup({ id, title, lead, body }: Section): Markup {
  return html`
<section id="${id}" aria-labelledby="${id}-title">
  <div class="section-head"><h2 id="${id}-title">${title}</h2>${lead && html`<p>${lead}</p>`}</div>
  ${body}
</section>`;
}
