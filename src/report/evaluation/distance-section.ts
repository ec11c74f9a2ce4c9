import type { DistanceHistogram } from '../../evaluate/index.ts';
import { count } from '../figures.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { beside } from './measure-table.ts';
import { numbersTable } from './page.ts';
import { histogramFigure } from './plot/histogram-figure.ts';
import type { Studio } from './plot/studio.ts';

/** The two kinds of distances of one system. */
export interface Distances {
  readonly name: string;
  readonly histogram: DistanceHistogram;
  /** A line with words at this place. */
  readonly limit: { readonly at: number; readonly words: string } | undefined;
}

/** What the two kinds are called, and how to read them. */
export interface DistanceWords {
  readonly title: string;
  readonly lead: Markup;
  readonly same: string;
  readonly different: string;
  /** Of the axis, e.g. `distance between the two faces`. */
  readonly label: string;
  /** Caption of the tables. */
  readonly caption: string;
}

/** Where the distances lie that should be small, and those that should be large, for each system. */
export function distanceSection(
  studio: Studio,
  systems: readonly Distances[],
  { title, lead, same, different, label, caption }: DistanceWords,
): Section {
  return {
    id: 'distances',
    title,
    lead,
    body: html`<ul class="series"><li style="color:var(--hue-0)"><i class="area"></i><span>${same}</span></li><li style="color:var(--hue-1)"><i class="area dashed"></i><span>${different}</span></li></ul>
${beside(systems, ({ name, histogram, limit }) => {
  const figure = histogramFigure({
    edges: histogram.edges,
    groups: [
      { name: same, hue: 'var(--hue-0)', counts: histogram.same },
      { name: different, hue: 'var(--hue-1)', counts: histogram.different, dashed: true },
    ],
    ...(limit === undefined ? {} : { limit }),
    label,
    told: `Histogram of the ${label} with ${name}: ${same} to the left, ${different} to the right.`,
  });
  return html`${studio.figure(figure)}${numbersTable(
    `${caption}, ${name}`,
    ['distance from', same, different],
    histogram.same.map((times, i) => [
      histogram.edges[i]!.toFixed(3),
      count(times),
      count(histogram.different[i]!),
    ]),
  )}`;
})}`,
  };
}
