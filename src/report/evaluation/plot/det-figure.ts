import { normalDeviate } from '../../../evaluate/index.ts';
import { percentLabel } from './axes.ts';
import { seriesStyle } from './series.ts';
import type { Figure } from './studio.ts';

/** One curve of two errors, each in [0, 1]. */
export interface DetSeries {
  readonly name: string;
  readonly points: readonly { readonly falseAccepts: number; readonly falseRejects: number }[];
  /** The smallest rates other than 0 that the trials can show. */
  readonly leastAccept: number;
  readonly leastReject: number;
}

const shares = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4];
const highest = 0.5;

interface Axis {
  readonly low: number;
  readonly ticks: readonly number[];
}

function axis(least: number): Axis {
  const low = shares.findLast((share) => share <= least) ?? shares[0]!;
  return { low, ticks: shares.filter((share) => share >= low) };
}

/** The ticks that have room for their words, from the greatest on. */
function roomyTicks({ low, ticks }: Axis, spacePx: number, apartPx: number): number[] {
  const scale = spacePx / (normalDeviate(highest) - normalDeviate(low));
  const kept: number[] = [];
  let last = Infinity;
  for (const share of ticks.toReversed()) {
    const place = normalDeviate(share) * scale;
    if (last - place < apartPx) continue;
    kept.push(share);
    last = place;
  }
  return kept;
}

export interface DetAxes {
  readonly accepts: string;
  readonly rejects: string;
}

/** Both errors against each other, axes scaled by normal deviates, as Martin et al. (1997) drew them. */
export function detFigure(series: readonly DetSeries[], labels: DetAxes): Figure {
  const across = axis(Math.min(...series.map(({ leastAccept }) => leastAccept)));
  const upward = axis(Math.min(...series.map(({ leastReject }) => leastReject)));
  const corner = Math.max(across.low, upward.low);
  return {
    told: `Detection error trade-off: ${labels.rejects} against ${labels.accepts}, one curve for each of ${series
      .map(({ name }) => name)
      .join(', ')}.`,
    heightShare: ({ kind }) => (kind === 'wide' ? 1.15 : 1.1),
    draw: (plot, { width, height }) => {
      const scale = (one: Axis, label: string, spacePx: number, apartPx: number) => ({
        domain: [normalDeviate(one.low), normalDeviate(highest)],
        ticks: roomyTicks(one, spacePx, apartPx).map(normalDeviate),
        tickFormat: (deviate: number) =>
          percentLabel(one.ticks.find((share) => Math.abs(normalDeviate(share) - deviate) < 1e-9)!),
        label,
        labelArrow: 'none' as const,
        grid: true,
      });
      const place = (share: number, low: number): number =>
        normalDeviate(Math.min(highest, Math.max(low, share)));
      return {
        marginLeft: 62,
        marginBottom: 46,
        marginRight: 18,
        marginTop: 26,
        x: { ...scale(across, labels.accepts, width - 80, 46), labelAnchor: 'center' },
        y: scale(upward, labels.rejects, height - 72, 20),
        marks: [
          plot.line([corner, highest], {
            x: normalDeviate,
            y: normalDeviate,
            stroke: 'currentColor',
            strokeOpacity: 0.35,
            strokeDasharray: '3 4',
          }),
          ...series.map(({ points }, i) => {
            const { hue, dashes } = seriesStyle(i);
            return plot.line(
              points.map(({ falseAccepts, falseRejects }) => ({
                x: place(falseAccepts, across.low),
                y: place(falseRejects, upward.low),
              })),
              { x: 'x', y: 'y', stroke: hue, strokeWidth: 2.25, strokeDasharray: dashes, clip: true },
            );
          }),
        ],
      };
    },
  };
}
