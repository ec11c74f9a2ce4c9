import type { ApiEvaluation, ApiJudgedFace } from '../../../src/serve/api-types.ts';

export type Outcome = 'right' | 'missed' | 'mistaken';

/**
 * What would have been said of an example at a threshold, had it just been seen for the first time: the nearest
 * other example decides, unless it is too far away.
 */
export function outcomeOf({ nearestOwn, nearestOther }: ApiJudgedFace, threshold: number): Outcome {
  const own = nearestOwn ?? Infinity;
  const other = nearestOther ?? Infinity;
  if (Math.min(own, other) > threshold) return 'missed';
  return own <= other ? 'right' : 'mistaken';
}

/** What a threshold does to this gallery, in faces. */
export interface Verdict {
  /** Faces of people who have another example to be known by. */
  readonly judged: number;
  readonly right: number;
  readonly missed: number;
  readonly mistaken: number;
  /** Faces held against everybody else's, as if strangers had come. */
  readonly strangers: number;
  readonly strangersNamed: number;
}

export function verdictAt({ faces }: ApiEvaluation, threshold: number): Verdict {
  const judged = faces.filter(({ nearestOwn }) => nearestOwn !== null);
  const tally = { right: 0, missed: 0, mistaken: 0 };
  for (const face of judged) tally[outcomeOf(face, threshold)]++;
  const strangers = faces.filter(({ nearestOther }) => nearestOther !== null);
  const strangersNamed = strangers.filter(({ nearestOther }) => nearestOther! <= threshold).length;
  return { judged: judged.length, ...tally, strangers: strangers.length, strangersNamed };
}

/** What I say of this gallery as I name faces now, by whatever rule that is. */
export function verdictByRule({ faces }: ApiEvaluation): Verdict {
  const seen = faces.flatMap(({ asSeen }) => asSeen ?? []);
  const strangers = faces.flatMap(({ asStranger }) => asStranger ?? []);
  const tally = { right: 0, missed: 0, mistaken: 0 };
  for (const { outcome } of seen) tally[outcome]++;
  const strangersNamed = strangers.filter(({ named }) => named).length;
  return { judged: seen.length, ...tally, strangers: strangers.length, strangersNamed };
}

/** A point of the ROC: shares of pairs that count as the same person up to a distance. */
export interface RocPoint {
  readonly threshold: number;
  /** Of pairs of one person. */
  readonly trueAccepts: number;
  /** Of pairs of two people. */
  readonly falseAccepts: number;
}

export function rocOf({ binWidth, samePerson, twoPeople }: ApiEvaluation): RocPoint[] {
  const same = samePerson.reduce((sum, pairs) => sum + pairs, 0);
  const two = twoPeople.reduce((sum, pairs) => sum + pairs, 0);
  let accepted = 0;
  let wrong = 0;
  return samePerson.map((pairs, bin) => {
    accepted += pairs;
    wrong += twoPeople[bin]!;
    return {
      threshold: (bin + 1) * binWidth,
      trueAccepts: accepted / Math.max(same, 1),
      falseAccepts: wrong / Math.max(two, 1),
    };
  });
}
