import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ApiEvaluation } from '../../../src/serve/api-types.ts';
import { DistanceChart } from './distance-chart.tsx';
import { DoubtfulFaces } from './doubtful-faces.tsx';
import { FaceMap } from './face-map.tsx';
import { RocChart } from './roc-chart.tsx';
import { VerdictFigures } from './verdict-figures.tsx';
import { rocOf, verdictAt, verdictByRule } from './verdict.ts';

interface JudgementProps {
  readonly evaluation: ApiEvaluation;
  readonly nameOf: (personId: string) => string;
}

/** A threshold to play with, and what it does to this gallery. */
export function Judgement({ evaluation, nameOf }: JudgementProps): JSX.Element {
  const { maxDistance } = evaluation;
  const [threshold, setThreshold] = useState(maxDistance);
  const roc = useMemo(() => rocOf(evaluation), [evaluation]);
  const verdict = useMemo(() => verdictAt(evaluation, threshold), [evaluation, threshold]);
  // Far beyond the threshold nothing is of interest; twice as far shows both humps.
  const longest = Math.min(2, Math.ceil(maxDistance * 22) / 10);
  const { maxFalseAccept } = evaluation;
  return (
    <div class="trust">
      <section class="card" aria-labelledby="rule-title">
        <h2 id="rule-title">As I name faces now</h2>
        <p class="quiet">
          {maxFalseAccept === null
            ? `A face has a name if it lies no further than ${maxDistance.toFixed(2)} from one I know.`
            : `A face has a name if it is so near to somebody that one stranger in ${Math.round(1 / maxFalseAccept).toLocaleString('en')} at most comes as near. I weigh how crowded faces lie there and how many people I know.`}
        </p>
        <VerdictFigures {...verdictByRule(evaluation)} />
      </section>
      <section class="card" aria-labelledby="threshold-title">
        <h2 id="threshold-title">Try a threshold</h2>
        <p class="quiet">
          Suppose the distance alone decided: a face had a name if it lies no further than this from a face I
          know. Stricter means more misses, laxer more mistakes. Two photos of one person are usually within{' '}
          {maxDistance.toFixed(2)}; move it to see what would change.
        </p>
        <div class="threshold-row">
          <label for="threshold">Threshold</label>
          <span class="quiet">strict</span>
          <input
            id="threshold"
            type="range"
            min={0}
            max={longest}
            step={0.01}
            value={threshold}
            aria-valuetext={`${threshold.toFixed(2)}: ${verdict.missed} missed, ${verdict.mistaken} mistaken, ${verdict.strangersNamed} strangers let in`}
            onInput={(event) => setThreshold(event.currentTarget.valueAsNumber)}
          />
          <span class="quiet">lax</span>
          <output for="threshold">{threshold.toFixed(2)}</output>
          <button
            type="button"
            class="button small"
            disabled={threshold === maxDistance}
            onClick={() => setThreshold(maxDistance)}
          >
            Back to {maxDistance.toFixed(2)}
          </button>
        </div>
        <VerdictFigures {...verdict} />
      </section>
      <div class="columns">
        <section class="card" aria-labelledby="distances-title">
          <h2 id="distances-title">How far apart faces are</h2>
          <DistanceChart
            evaluation={evaluation}
            threshold={threshold}
            longest={longest}
            onThreshold={setThreshold}
          />
        </section>
        <section class="card" aria-labelledby="roc-title">
          <h2 id="roc-title">Recognised, for let in wrongly</h2>
          <RocChart points={roc} threshold={threshold} onThreshold={setThreshold} />
        </section>
      </div>
      <section class="card" aria-labelledby="doubtful-title">
        <h2 id="doubtful-title">Faces worth a look</h2>
        <DoubtfulFaces evaluation={evaluation} threshold={threshold} nameOf={nameOf} />
      </section>
      <section class="card" aria-labelledby="map-title">
        <h2 id="map-title">Map of the faces</h2>
        <p class="quiet">Faces that look alike to me lie close together. Choose one to see the person.</p>
        <FaceMap evaluation={evaluation} nameOf={nameOf} />
      </section>
    </div>
  );
}
