import type { Figure } from './studio.ts';

/** Counts of one kind in the bins of a histogram. */
export interface HistogramGroup {
  readonly name: string;
  readonly hue: string;
  readonly counts: readonly number[];
  /** Drawn as hatching's stand-in: a dashed outline, so that the groups differ without colour. */
  readonly dashed?: boolean;
}

export interface Histogram {
  /** One more than there are bins, ascending. */
  readonly edges: readonly number[];
  readonly groups: readonly HistogramGroup[];
  /** A line with words at this place. */
  readonly limit?: { readonly at: number; readonly words: string };
  readonly label: string;
  readonly told: string;
}

/** Groups laid over one another, each as shares of its own total, so that a small group is seen beside a large one. */
export function histogramFigure({ edges, groups, limit, label, told }: Histogram): Figure {
  const shapes = groups.map((group) => {
    const total = group.counts.reduce((sum, count) => sum + count, 0);
    const outline = group.counts.flatMap((count, i) => {
      const y = total === 0 ? 0 : count / total;
      return [
        { x: edges[i]!, y },
        { x: edges[i + 1]!, y },
      ];
    });
    return { group, outline };
  });
  // Words near an edge run towards the middle.
  const share = limit === undefined ? 0.5 : (limit.at - edges[0]!) / (edges.at(-1)! - edges[0]!);
  const anchor = share > 0.7 ? 'end' : share < 0.3 ? 'start' : 'middle';
  return {
    told,
    heightShare: 0.75,
    draw: (plot) => ({
      marginLeft: 52,
      marginBottom: 46,
      marginRight: 18,
      marginTop: 30,
      x: { domain: [edges[0]!, edges.at(-1)!], label, labelAnchor: 'center', labelArrow: 'none', ticks: 8 },
      y: {
        ticks: 4,
        tickFormat: (share: number) => `${Number((share * 100).toPrecision(2))} %`,
        label: 'share of each kind',
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        ...shapes.flatMap(({ group, outline }) => [
          plot.areaY(outline, { x: 'x', y1: 0, y2: 'y', fill: group.hue, fillOpacity: 0.28 }),
          plot.line(outline, {
            x: 'x',
            y: 'y',
            stroke: group.hue,
            strokeWidth: 1.75,
            strokeDasharray: group.dashed === true ? '4 3' : '',
          }),
        ]),
        plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        ...(limit === undefined
          ? []
          : [
              plot.ruleX([limit.at], { stroke: 'currentColor', strokeWidth: 1.5, strokeDasharray: '2 3' }),
              plot.text([limit], {
                x: 'at',
                text: 'words',
                frameAnchor: 'top',
                dy: -14,
                textAnchor: anchor,
                fill: 'currentColor',
                fontWeight: 600,
              }),
            ]),
      ],
    }),
  };
}
