import type * as PlotLibrary from '@observablehq/plot';
import { html, Markup } from '../../markup.ts';

export type Plot = typeof PlotLibrary;
export type Mark = PlotLibrary.Markish;

/** Figures are drawn twice, for a wide page and for a phone: scaled down, letters could not be read. */
export interface Frame {
  readonly kind: 'wide' | 'narrow';
  readonly width: number;
  readonly height: number;
  readonly fontPx: number;
}

const frames: readonly Frame[] = [
  { kind: 'wide', width: 760, height: 420, fontPx: 13 },
  { kind: 'narrow', width: 360, height: 320, fontPx: 12 },
];

export interface Figure {
  /** What it shows, in a sentence: what a screen reader says in its place. */
  readonly told: string;
  /** Options of Observable Plot, without size and document. */
  readonly draw: (plot: Plot, frame: Frame) => PlotLibrary.PlotOptions;
  /** Height as a share of the usual one; default 1. */
  readonly heightShare?: number | ((frame: Frame) => number);
}

/** Draws figures as SVG without a browser. */
export interface Studio {
  figure(figure: Figure): Markup;
}

/** Coordinates to a hundredth of a pixel: a third of the size, and nobody sees the difference. */
const shorten = (svg: string): string =>
  svg.replace(/ (?:d|transform|x|y|x1|x2|y1|y2|width|height|cx|cy|points)="[^"]*"/g, (attribute) =>
    attribute.replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))),
  );

/**
 * Loads Observable Plot and a small DOM for it to draw in. Both are loaded only here, when a page is written.
 * Plot's own style element is left out: the page's stylesheet has those rules.
 */
export async function openStudio(): Promise<Studio> {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  let clipCount = 0;
  /** Plot numbers its clip paths through the whole process; the same page must not depend on what came before. */
  const renumber = (svg: string): string => {
    const numbers = new Map<string, number>();
    return svg.replace(/plot-clip-\d+/g, (name) => {
      let number = numbers.get(name);
      if (number === undefined) numbers.set(name, (number = ++clipCount));
      return `clip-${number}`;
    });
  };
  const svgOf = ({ draw, heightShare = 1 }: Figure, frame: Frame): string => {
    const share = typeof heightShare === 'number' ? heightShare : heightShare(frame);
    const sized = { ...frame, height: Math.round(frame.height * share) };
    const svg = plot.plot({
      ...draw(plot, sized),
      document,
      width: sized.width,
      height: sized.height,
      className: 'drawing',
    });
    svg.setAttribute('font-size', String(frame.fontPx));
    svg.setAttribute('aria-hidden', 'true');
    return renumber(shorten(svg.outerHTML.replace(/<style>.*?<\/style>/s, '')));
  };
  return {
    figure: (figure) =>
      html`<figure class="plot" role="img" aria-label="${figure.told}">${frames.map(
        (frame) => html`<div class="${frame.kind}">${new Markup(svgOf(figure, frame))}</div>`,
      )}</figure>`,
  };
}
