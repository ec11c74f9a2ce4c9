import type { JSX } from 'preact';
import { percent } from '../../components/percent.ts';
import { dragHandlers } from './drag.ts';
import type { RocPoint } from './verdict.ts';

interface RocChartProps {
  readonly points: readonly RocPoint[];
  readonly threshold: number;
  readonly onThreshold: (threshold: number) => void;
}

const width = 560;
const height = 300;
const edge = { top: 18, right: 16, bottom: 44, left: 52 };
const plotWidth = width - edge.left - edge.right;
const plotHeight = height - edge.top - edge.bottom;

/** What is recognised for what is let in wrongly; the point is the threshold and can be dragged. */
export function RocChart({ points, threshold, onThreshold }: RocChartProps): JSX.Element {
  // Shares of false accepts matter by their powers of ten; none at all stands at the left edge.
  const least = Math.min(
    0.01,
    ...points.flatMap(({ falseAccepts }) => (falseAccepts > 0 ? [falseAccepts] : [])),
  );
  const decades = Math.ceil(-Math.log10(least)) + 1;
  const x = (share: number): number =>
    edge.left + (share <= 0 ? 0 : Math.max(0, 1 + Math.log10(share) / decades)) * plotWidth;
  const y = (share: number): number => edge.top + (1 - share) * plotHeight;
  const place = ({ falseAccepts, trueAccepts }: RocPoint) => [x(falseAccepts), y(trueAccepts)] as const;
  const line = points.map((point, index) => {
    const [px, py] = place(point);
    return `${index === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`;
  });
  const now = points.findLast((point) => point.threshold <= threshold + 1e-9) ?? points[0]!;
  const [nowX, nowY] = place(now);
  const nearest = (px: number, py: number): RocPoint =>
    points.reduce((best, point) => (apart(point, px, py) < apart(best, px, py) ? point : best));
  const apart = (point: RocPoint, px: number, py: number): number => {
    const [ax, ay] = place(point);
    return Math.hypot(ax - px, ay - py);
  };
  return (
    <svg
      class="chart draggable"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`ROC: at this threshold ${percent(now.trueAccepts)} of pairs of one person are recognised and ${percent(now.falseAccepts)} of pairs of two people are taken for one.`}
      {...dragHandlers((px, py) => onThreshold(nearest(px, py).threshold))}
    >
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line class="grid" x1={edge.left} x2={width - edge.right} y1={y(share)} y2={y(share)} />
          <text class="tick" x={edge.left - 8} y={y(share) + 4} text-anchor="end">
            {percent(share)}
          </text>
        </g>
      ))}
      {Array.from({ length: decades + 1 }, (_, decade) => {
        const share = decade === decades ? 0 : 10 ** -decade;
        return (
          <text
            key={decade}
            class="tick"
            x={x(share)}
            y={height - 24}
            text-anchor={decade === 0 ? 'end' : 'middle'}
          >
            {share === 0 ? 'none' : `${Number((share * 100).toPrecision(1))} %`}
          </text>
        );
      })}
      <text class="tick" x={edge.left + plotWidth / 2} y={height - 6} text-anchor="middle">
        pairs of two people taken for one
      </text>
      <text class="tick" x={edge.left + 8} y={edge.top + plotHeight - 8}>
        ↑ pairs of one person recognised
      </text>
      <path class="roc" d={line.join('')} />
      <line class="threshold" x1={nowX} x2={nowX} y1={nowY} y2={edge.top + plotHeight} />
      <circle class="handle" cx={nowX} cy={nowY} r="9" />
    </svg>
  );
}
