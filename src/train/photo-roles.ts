import { type Random, visageError } from '../kernel/index.ts';

/** What each photo of a fine-tuning is for; places in the list of photos, ascending. */
export interface PhotoRoles {
  readonly trainedPeople: readonly string[];
  readonly peopleApart: readonly string[];
  readonly training: readonly number[];
  /** Of people that the training never sees: to choose by when to stop and how far to go, and to judge by. */
  readonly unseen: { readonly choosing: readonly number[]; readonly judging: readonly number[] };
  /** New photos of trained people, for the same two ends. Empty where nobody has enough photos. */
  readonly fresh: { readonly choosing: readonly number[]; readonly judging: readonly number[] };
  /** Too few people are kept apart to be divided: what judges has chosen too, and flatters a little. */
  readonly shared: boolean;
}

/** From so many photos on a person gives a tenth to choose by and a tenth to judge by, one of each at least. */
const photosForFresh = 5;
const freshShare = 0.1;
/** People kept apart, with two photos each, from which on they are divided into those that choose and those that judge. */
const peopleForTwoParts = 6;

const advice =
  'Give a folder for each person with several photos in it: at least four people with two photos each, of whom two are kept apart to judge by. A useful result takes a hundred people and more.';

/**
 * Divides photos by person, so that some people are never trained on.
 * @param people whose each photo is
 * @param apart share of the people that are kept apart, in (0, 1)
 * @throws VisageError `TRAINING_DATA`
 */
export function divideForTraining(people: readonly string[], apart: number, random: Random): PhotoRoles {
  const photosOf = new Map<string, number[]>();
  for (const [photo, person] of people.entries()) {
    const own = photosOf.get(person);
    if (own === undefined) photosOf.set(person, [photo]);
    else own.push(photo);
  }
  const names = [...photosOf.keys()].sort();
  const several = names.filter((name) => photosOf.get(name)!.length > 1);
  // A person with one photo makes no pair to learn from, but is a stranger to be told apart from.
  const singles = names.filter((name) => photosOf.get(name)!.length === 1);
  if (several.length < 4) {
    throw visageError('TRAINING_DATA', { reason: tooFew(names.length, several.length), advice });
  }
  const order = shuffled(several, random);
  const kept = Math.min(several.length - 2, Math.max(2, Math.round(apart * several.length)));
  const [apartOrder, trained] = [order.slice(0, kept), order.slice(kept).sort()];
  const shared = kept < peopleForTwoParts;
  const strangers = shuffled(singles, random);
  const half = <Item>(list: readonly Item[], parity: number): Item[] =>
    shared ? [...list] : list.filter((_, i) => i % 2 === parity);
  const photosOfAll = (list: readonly string[]): number[] =>
    list.flatMap((name) => photosOf.get(name)!).sort((a, b) => a - b);
  const unseenPhotos = (parity: number): number[] =>
    photosOfAll([...half(apartOrder, parity), ...half(strangers, parity)]);

  const training: number[] = [];
  const fresh = { choosing: [] as number[], judging: [] as number[] };
  for (const name of trained) {
    const own = photosOf.get(name)!;
    if (own.length < photosForFresh) {
      training.push(...own);
      continue;
    }
    const each = Math.max(1, Math.round(freshShare * own.length));
    const places = shuffled(own, random);
    fresh.choosing.push(...places.slice(0, each));
    fresh.judging.push(...places.slice(each, 2 * each));
    training.push(...places.slice(2 * each));
  }
  return {
    trainedPeople: trained,
    peopleApart: [...apartOrder, ...strangers].sort(),
    training: ascending(training),
    unseen: { choosing: unseenPhotos(0), judging: unseenPhotos(1) },
    fresh: { choosing: ascending(fresh.choosing), judging: ascending(fresh.judging) },
    shared,
  };
}

const ascending = (list: number[]): number[] => list.sort((a, b) => a - b);

const shuffled = <Item>(list: readonly Item[], random: Random): Item[] =>
  Array.from(random.permutation(list.length), (i) => list[i]!);

function tooFew(people: number, several: number): string {
  if (people === 0) return 'there is no face';
  if (people === 1) return 'there is one person only, and strangers are needed to tell it from';
  if (several === 0) return 'nobody has two photos';
  return `only ${several} of ${people} people ${several === 1 ? 'has' : 'have'} two photos or more`;
}
