import type { JSX } from 'preact';
import { count } from '../../components/count.ts';
import { percent } from '../../components/percent.ts';
import type { Verdict } from './verdict.ts';

/** What a threshold does, in faces that a person can picture. */
export function VerdictFigures(verdict: Verdict): JSX.Element {
  const { judged, right, missed, mistaken, strangers, strangersNamed } = verdict;
  return (
    <dl class="figures">
      <div>
        <dt>given their own name</dt>
        <dd>
          {right}{' '}
          <small>
            of {count(judged, 'face')}, {percent(right / Math.max(judged, 1))}
          </small>
        </dd>
      </div>
      <div>
        <dt>missed: called unknown</dt>
        <dd>
          {missed} <small>of {judged}</small>
        </dd>
      </div>
      <div class={mistaken > 0 ? 'alarming' : undefined}>
        <dt>mistaken: given another name</dt>
        <dd>
          {mistaken} <small>of {judged}</small>
        </dd>
      </div>
      <div class={strangersNamed > 0 ? 'alarming' : undefined}>
        <dt>strangers let in under somebody’s name</dt>
        <dd>
          {strangersNamed} <small>of {strangers}</small>
        </dd>
      </div>
    </dl>
  );
}
