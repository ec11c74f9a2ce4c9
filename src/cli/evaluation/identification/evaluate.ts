import { shareOfAllowedDistance } from '../../../calibrate/index.ts';
import type { ClassifierKind, FittedClassifier, Prediction } from '../../../classify/index.ts';
import { type EmbeddedPhoto, hasFace } from '../../../dataset/index.ts';
import {
  distanceHistogram,
  type DistanceHistogram,
  type IdentificationMeasures,
  measureIdentification,
  rankOf,
} from '../../../evaluate/index.ts';
import { distance, unit, visageError } from '../../../kernel/index.ts';
import type { Recognizer } from '../../../recognizer.ts';
import type { FailedPhoto, ShownPair } from '../../../report/index.ts';
import type { EvaluationContext } from '../context.ts';
import { cropFaces, shownFace } from '../face-crops.ts';
import { lookWith } from '../looked-photos.ts';
import type { IdentificationProtocol } from './protocol.ts';

/** What was answered to one photo. */
export interface ProbeAnswer {
  /** Place in the protocol's photos. */
  readonly photo: number;
  /** Who it is; `null` for a stranger. */
  readonly person: string | null;
  /** The best candidate; absent where the photo has no face. */
  readonly answer?: {
    readonly name: string;
    /** To that candidate, Euclidean, in [0, 2]. */
    readonly distance: number;
    /** How far it is in parts of what the classifier allows: named at 1 or less. */
    readonly relative: number;
  };
  /** Place of the right person among all, from 1; Infinity for a stranger, or without a face. */
  readonly rank: number;
}

/** What came of one pack with one classifier. */
export interface IdentificationOutcome {
  readonly name: string;
  readonly pack: string;
  readonly classifier: ClassifierKind;
  readonly answers: readonly ProbeAnswer[];
  readonly measures: IdentificationMeasures;
  readonly histogram: DistanceHistogram;
  readonly limit: number | undefined;
  /** Whom the default limit would name: known people rightly, strangers wrongly. */
  readonly atDefault: { readonly knownNamed: number; readonly strangersNamed: number };
  readonly failed: readonly FailedPhoto[];
  readonly nearStrangers: readonly ShownPair[];
  readonly mistaken: readonly ShownPair[];
  readonly farKnown: readonly ShownPair[];
  readonly work: { readonly embedded: number; readonly reused: number };
}

export interface IdentificationContext extends EvaluationContext {
  readonly classifiers: readonly ClassifierKind[];
  /** Of the cumulative match characteristic. */
  readonly depth: number;
}

/** Pairs of each kind of mistake that the page shows as pictures. */
const shownPairs = 8;

/** Enrols, asks and measures with one pack, once for every classifier. @throws VisageError as its parts */
export async function evaluateIdentification(
  pack: string,
  protocol: IdentificationProtocol,
  context: IdentificationContext,
): Promise<IdentificationOutcome[]> {
  const { classifiers } = context;
  return lookWith(pack, protocol, context, async ({ recognizer, photos, failed, work }) => {
    const outcomes: IdentificationOutcome[] = [];
    for (const kind of classifiers) {
      const system = await ask(kind, protocol, photos, recognizer, context);
      const { name: packName } = recognizer.pack;
      outcomes.push({
        name: classifiers.length > 1 ? `${packName}, ${kind}` : packName,
        pack: packName,
        classifier: kind,
        ...system,
        failed,
        work,
      });
    }
    return outcomes;
  });
}

type Asked = Omit<IdentificationOutcome, 'name' | 'pack' | 'classifier' | 'failed' | 'work'>;

async function ask(
  kind: ClassifierKind,
  protocol: IdentificationProtocol,
  photos: readonly EmbeddedPhoto[],
  recognizer: Recognizer,
  context: IdentificationContext,
): Promise<Asked> {
  const classifier = await enrol(kind, protocol, photos, recognizer, context);
  const { progress, signal } = context;
  const answers: ProbeAnswer[] = [];
  const probes = [
    ...protocol.known.flatMap(({ person, probes: list }) => list.map((photo) => ({ photo, person }))),
    ...protocol.strangers.map((photo) => ({ photo, person: null })),
  ];
  for (const { photo, person } of probes) {
    if (answers.length % 200 === 0) {
      await new Promise((done) => setImmediate(done));
      signal.throwIfAborted();
      progress({ stage: 'asking who it is', done: answers.length, total: probes.length });
    }
    answers.push(answerFor(classifier, photos[photo]!, photo, person));
  }
  progress({ stage: 'asking who it is', done: probes.length, total: probes.length });

  const knownAnswers = answers.filter(({ person }) => person !== null);
  const strangerAnswers = answers.filter(({ person }) => person === null);
  const score = ({ answer }: ProbeAnswer): number => (answer === undefined ? -Infinity : -answer.relative);
  const measures = measureIdentification(
    {
      ranks: knownAnswers.map(({ rank }) => rank),
      knownScores: knownAnswers.map(score),
      unknownScores: strangerAnswers.map(score),
    },
    Math.min(context.depth, classifier.classes.length),
  );
  const answered = answers.filter(({ answer }) => answer !== undefined);
  const limits = new Set(classifier.classes.map((_, i) => classifier.limitOf(i)));
  const named = (list: readonly ProbeAnswer[], right: boolean): number =>
    list.filter(({ answer, rank }) => answer !== undefined && answer.relative <= 1 && (!right || rank === 1))
      .length;
  return {
    answers,
    measures,
    histogram: distanceHistogram({
      distances: answered.map(({ answer }) => answer!.distance),
      same: answered.map(({ person }) => person !== null),
    }),
    limit: classifier.calibration === undefined && limits.size === 1 ? [...limits][0] : undefined,
    atDefault: {
      knownNamed: named(knownAnswers, true),
      strangersNamed: named(strangerAnswers, false),
    },
    ...(await showWorst(protocol, photos, answers, recognizer, context)),
  };
}

async function enrol(
  kind: ClassifierKind,
  protocol: IdentificationProtocol,
  photos: readonly EmbeddedPhoto[],
  recognizer: Recognizer,
  { rooms, seed, progress, signal }: IdentificationContext,
): Promise<FittedClassifier> {
  const rows: Float32Array[] = [];
  const names: string[] = [];
  for (const { person, enrolled } of protocol.known) {
    for (const place of enrolled) {
      const photo = photos[place]!;
      if (!hasFace(photo)) continue;
      rows.push(photo.embedding);
      names.push(person);
    }
  }
  if (rows.length === 0) {
    throw visageError('EVALUATION_INVALID', {
      owner: 'evaluate identification',
      reason: 'none of the enrolled photos has a face',
      advice: 'Look at the photos; the first of each person by file name are enrolled.',
    });
  }
  const { trainClassifier } = await rooms.classify();
  const { name: pack, embedder } = recognizer.pack;
  const { maxDistance } = embedder;
  const { packCalibration } = await rooms.packs();
  const calibration = await packCalibration(pack);
  const openSet = calibration?.dimension === embedder.dimension ? { calibration } : undefined;
  return trainClassifier(rows, names, { kind, pack, maxDistance, seed, openSet, progress, signal });
}

function relativeTo(
  classifier: FittedClassifier,
  { name, distance: away, falseAcceptRate }: Prediction,
): number {
  const { calibration, maxFalseAccept, classes } = classifier;
  if (calibration === undefined || maxFalseAccept === undefined || falseAcceptRate === undefined) {
    return away / classifier.limitOf(classes.indexOf(name));
  }
  return shareOfAllowedDistance(calibration, falseAcceptRate, maxFalseAccept, classes.length);
}

function answerFor(
  classifier: FittedClassifier,
  outcome: EmbeddedPhoto,
  photo: number,
  person: string | null,
): ProbeAnswer {
  if (!hasFace(outcome)) return { photo, person, rank: Infinity };
  const prediction = classifier.predict(outcome.embedding);
  const { name, distance: away, candidates } = prediction;
  const relative = relativeTo(classifier, prediction);
  const answer = { name, distance: away, relative };
  if (person === name) return { photo, person, answer, rank: 1 };
  const own = candidates.findIndex((candidate) => candidate.name === person);
  if (own < 0) return { photo, person, answer, rank: Infinity };
  const probabilities = candidates.map(({ probability }) => probability);
  // The name comes from the decision, of an SVM not the most probable one: nobody else can be first.
  return { photo, person, answer, rank: Math.max(2, rankOf(probabilities, own)) };
}

async function showWorst(
  { photos: files, known }: IdentificationProtocol,
  photos: readonly EmbeddedPhoto[],
  answers: readonly ProbeAnswer[],
  recognizer: Recognizer,
  tell: IdentificationContext,
): Promise<Pick<IdentificationOutcome, 'nearStrangers' | 'mistaken' | 'farKnown'>> {
  const enrolledOf = new Map(known.map(({ person, enrolled }) => [person, enrolled]));
  const embeddingOf = (photo: number): Float32Array | undefined => {
    const outcome = photos[photo]!;
    return hasFace(outcome) ? unit(outcome.embedding) : undefined;
  };
  /** The enrolled photo of `person` that is nearest to `photo`. */
  const facing = (photo: number, person: string): number | undefined => {
    const probe = embeddingOf(photo)!;
    let [best, least] = [undefined as number | undefined, Infinity];
    for (const place of enrolledOf.get(person)!) {
      const enrolled = embeddingOf(place);
      const away = enrolled === undefined ? Infinity : distance(probe, enrolled);
      if (away < least) [best, least] = [place, away];
    }
    return best;
  };
  const answered = answers.filter(({ answer }) => answer !== undefined);
  const nearest = (list: readonly ProbeAnswer[]): ProbeAnswer[] =>
    list.toSorted((a, b) => a.answer!.distance - b.answer!.distance || a.photo - b.photo);
  const facesOf = (list: readonly ProbeAnswer[], personOf: (answer: ProbeAnswer) => string) =>
    list.slice(0, shownPairs).flatMap((answer) => {
      const second = facing(answer.photo, personOf(answer));
      if (second === undefined) return [];
      return [{ first: answer.photo, second }];
    });
  const chosen = {
    nearStrangers: facesOf(
      nearest(answered.filter(({ person }) => person === null)),
      ({ answer }) => answer!.name,
    ),
    mistaken: facesOf(
      nearest(answered.filter(({ person, rank }) => person !== null && rank > 1)),
      ({ answer }) => answer!.name,
    ),
    farKnown: facesOf(nearest(answered.filter(({ rank }) => rank === 1)).reverse(), ({ person }) => person!),
  };
  const wanted = Object.values(chosen).flatMap((list) =>
    list.flatMap(({ first, second }) => [first, second]),
  );
  const pictures = await cropFaces(wanted, files, photos, recognizer, tell);
  const show = (list: readonly { first: number; second: number }[]): ShownPair[] =>
    list.map(({ first, second }) => ({
      first: shownFace(first, files, pictures),
      second: shownFace(second, files, pictures),
      distance: distance(embeddingOf(first)!, embeddingOf(second)!),
    }));
  return {
    nearStrangers: show(chosen.nearStrangers),
    mistaken: show(chosen.mistaken),
    farKnown: show(chosen.farKnown),
  };
}
