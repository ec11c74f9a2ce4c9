import type { JSX } from 'preact';
import type { ApiEvaluation } from '../../../src/serve/api-types.ts';
import { dragHandlers } from './drag.ts';

interface DistanceChartProps {
  readonly evaluation: ApiEvaluation;
  readonly threshold: number;
  /** Right edge of the chart; thresholds reach from 0 to it. */
  readonly longest: number;
  readonly onThreshold: (threshold: number) => void;
}

const width = 560;
const height = 240;
const edge = { top: 26, right: 12, bottom: 40, left: 12 };
const plotHeight = height - edge.top - edge.bottom;
/** Bins of the server drawn as one: the eye wants some thirty bars. */
const binsPerBar = 4;

/** How far apart faces are: of one person above the line, of two people below it. */
export function DistanceChart({
  evaluation,
  threshold,
  longest,
  onThreshold,
}: DistanceChartProps): JSX.Element {
  const x = (distance: number): number => edge.left + (distance / longest) * (width - edge.left - edge.right);
  const middle = edge.top + plotHeight / 2;
  const barWidth = evaluation.binWidth * binsPerBar;
  const side = (pairs: readonly number[], upwards: boolean): JSX.Element[] => {
    const bars = Array.from({ length: Math.ceil(longest / barWidth) }, (_, bar) =>
      pairs.slice(bar * binsPerBar, (bar + 1) * binsPerBar).reduce((sum, count) => sum + count, 0),
    );
    const most = Math.max(1, ...bars);
    return bars.map((count, bar) => {
      const tall = (count / most) * (plotHeight / 2 - 2);
      const left = x(bar * barWidth);
      return (
        <rect
          key={bar}
          x={left + 0.5}
          y={upwards ? middle - tall : middle}
          width={Math.max(0.5, x((bar + 1) * barWidth) - left - 1)}
          height={tall}
        />
      );
    });
  };
  const at = x(Math.min(threshold, longest));
  return (
    <svg
      class="chart draggable"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label="How far apart two faces are: pairs of one person above, pairs of two people below. The line is the threshold."
      {...dragHandlers((px) => {
        const share = (px - edge.left) / (width - edge.left - edge.right);
        onThreshold(Math.min(longest, Math.max(0, share * longest)));
      })}
    >
      <rect class="accepted" x={edge.left} y={edge.top} width={at - edge.left} height={plotHeight} />
      <g class="same">{side(evaluation.samePerson, true)}</g>
      <g class="two">{side(evaluation.twoPeople, false)}</g>
      <line class="axis" x1={edge.left} x2={width - edge.right} y1={middle} y2={middle} />
      <text class="same-text" x={width - edge.right} y={edge.top + 14} text-anchor="end">
        ▲ same person
      </text>
      <text class="two-text" x={edge.left} y={edge.top + plotHeight - 6}>
        ▼ two people
      </text>
      <line class="threshold" x1={at} x2={at} y1={edge.top - 8} y2={edge.top + plotHeight} />
      <circle class="handle" cx={at} cy={edge.top - 10} r="8" />
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <text key={share} class="tick" x={x(share * longest)} y={height - 22} text-anchor={anchor(share)}>
          {(share * longest).toFixed(2)}
        </text>
      ))}
      <text class="tick" x={width / 2} y={height - 5} text-anchor="middle">
        distance between two faces
      </text>
    </svg>
  );
}

function anchor(share: number): 'start' | 'middle' | 'end' {
  if (share === 0) return 'start';
  return share === 1 ? 'end' : 'middle';
}
