import { checkOptions, type OptionSchema, type OptionsOf, Random, visageError } from '../kernel/index.ts';

/** Two photos to compare, by their places in the list they were drawn from. */
export interface DrawnPair {
  readonly first: number;
  readonly second: number;
  readonly same: boolean;
  /** From 0. */
  readonly fold: number;
}

export interface DrawnPairs {
  /** By fold; within a fold pairs of one person first, as in LFW's `pairs.txt`. */
  readonly pairs: readonly DrawnPair[];
  readonly folds: number;
  /** `people`: no person is in two folds. `pairs`: there are too few people for that, so folds share them. */
  readonly foldsBy: 'people' | 'pairs';
}

export const drawPairsOptions = {
  pairs: {
    type: 'number',
    default: 3000,
    integer: true,
    min: 1,
    max: 1_000_000,
    description: 'Most pairs of each kind, one person and two people.',
  },
  folds: { type: 'number', default: 10, integer: true, min: 2, max: 100, description: 'Number of folds.' },
  seed: { type: 'number', default: 0, integer: true, min: 0, max: 4294967295, description: 'Seed.' },
} as const satisfies OptionSchema;

/**
 * Draws pairs of photos where nobody has drawn them yet, after the manner of Labeled Faces in the Wild (Huang et
 * al. 2007): people are dealt to folds; a pair of one person is a person drawn evenly, then two of its photos; a
 * pair of two people is two people drawn evenly, then a photo of each. No pair comes twice, and every fold has as
 * many of the one kind as of the other. Same seed, same pairs.
 *
 * With fewer than four people that have two photos, no person could be kept to one fold: then pairs are dealt.
 * @param people the person of each photo
 * @throws VisageError `EVALUATION_INVALID` when nobody has two photos, or there is one person only; `OPTION_INVALID`
 */
export function drawPairs(
  people: readonly string[],
  options: Partial<OptionsOf<typeof drawPairsOptions>> = {},
): DrawnPairs {
  const { pairs: wanted, folds, seed } = checkOptions('drawPairs', drawPairsOptions, options);
  const photosOf = new Map<string, number[]>();
  for (const [photo, person] of people.entries()) {
    const photos = photosOf.get(person);
    if (photos === undefined) photosOf.set(person, [photo]);
    else photos.push(photo);
  }
  const everybody = [...photosOf.values()];
  const repeated = everybody.filter((photos) => photos.length > 1);
  if (everybody.length < 2 || repeated.length === 0) {
    throw visageError('EVALUATION_INVALID', {
      owner: 'drawPairs',
      reason:
        everybody.length < 2
          ? `there are photos of ${everybody.length === 0 ? 'nobody' : 'one person only'}`
          : 'nobody has two photos',
      advice: 'Give photos of at least two people, and two of at least one of them.',
    });
  }
  const random = new Random(seed).fork('pairs');
  const shuffled = (list: readonly number[][]): number[][] =>
    Array.from(random.permutation(list.length), (i) => list[i]!);
  const byPeople = Math.min(folds, Math.floor(repeated.length / 2));
  if (byPeople >= 2) {
    const members = Array.from({ length: byPeople }, (): number[][] => []);
    // Those with many photos first, so that no fold is left without pairs of one person.
    const dealt = [
      ...shuffled(repeated).sort((a, b) => b.length - a.length),
      ...shuffled(everybody.filter((photos) => photos.length === 1)),
    ];
    for (const [i, photos] of dealt.entries()) members[i % byPeople]!.push(photos);
    const pairs = members.flatMap((inside, fold) => {
      const perFold = Math.floor(wanted / byPeople) + (fold < wanted % byPeople ? 1 : 0);
      return balancedPairs(inside, perFold, random).map((pair) => inFold(pair, fold));
    });
    return { pairs, folds: new Set(pairs.map(({ fold }) => fold)).size, foldsBy: 'people' };
  }
  const all = balancedPairs(everybody, wanted, random);
  const half = all.length / 2;
  const count = Math.min(folds, half);
  const place = [...random.permutation(half), ...random.permutation(half)];
  const pairs = all
    .map((pair, i) => inFold(pair, place[i]! % count))
    .sort((a, b) => a.fold - b.fold || Number(b.same) - Number(a.same));
  return { pairs, folds: count, foldsBy: 'pairs' };
}

const pairsAmong = (count: number): number => (count * (count - 1)) / 2;

type PhotoPair = Omit<DrawnPair, 'fold'>;

const inFold = (pair: PhotoPair, fold: number): DrawnPair => ({ ...pair, fold });

/** At most `wanted` pairs of each kind, as many of the one as of the other: first those of one person. */
function balancedPairs(people: readonly number[][], wanted: number, random: Random): PhotoPair[] {
  const photos = people.reduce((sum, { length }) => sum + length, 0);
  const sameCount = people.reduce((sum, { length }) => sum + pairsAmong(length), 0);
  const count = Math.min(wanted, sameCount, pairsAmong(photos) - sameCount);
  return [...samePairs(people, count, random), ...differentPairs(people, count, random)];
}

function samePairs(people: readonly number[][], count: number, random: Random): PhotoPair[] {
  // How many pairs each person gives; who has no more to give is not drawn again.
  const open = people.flatMap(({ length }, person) =>
    length > 1 ? [{ person, left: pairsAmong(length), taken: 0 }] : [],
  );
  const givers = [...open];
  for (let i = 0; i < count; i++) {
    const at = random.integer(open.length);
    const giver = open[at]!;
    giver.taken++;
    if (--giver.left === 0) {
      open[at] = open[open.length - 1]!;
      open.pop();
    }
  }
  return givers.flatMap(({ person, left, taken }) => {
    const photos = people[person]!;
    return distinct(left + taken, taken, random).map((number) => {
      // The pairs (0,1) (0,2) (1,2) (0,3) … numbered from 0: `second` is the largest with second·(second−1)/2 ≤ number.
      let second = Math.floor((1 + Math.sqrt(1 + 8 * number)) / 2);
      if (pairsAmong(second) > number) second--;
      return { first: photos[number - pairsAmong(second)]!, second: photos[second]!, same: true };
    });
  });
}

/** `count` different numbers below `total`, in ascending order (Floyd's algorithm, Bentley and Floyd 1987). */
function distinct(total: number, count: number, random: Random): number[] {
  const chosen = new Set<number>();
  for (let upper = total - count; upper < total; upper++) {
    const number = random.integer(upper + 1);
    chosen.add(chosen.has(number) ? upper : number);
  }
  return [...chosen].sort((a, b) => a - b);
}

function differentPairs(people: readonly number[][], count: number, random: Random): PhotoPair[] {
  const photos = people.flatMap((list, person) => list.map((photo) => ({ photo, person })));
  const found = new Map<string, PhotoPair>();
  const add = (a: number, b: number): void => {
    const [first, second] = a < b ? [a, b] : [b, a];
    found.set(`${first} ${second}`, { first, second, same: false });
  };
  // Where most pairs of people are used up, drawing people evenly finds little that is new.
  for (let tries = 0; found.size < count && tries < 20 * count; tries++) {
    const a = random.integer(people.length);
    const b = random.integer(people.length - 1);
    add(random.choice(people[a]!), random.choice(people[b < a ? b : b + 1]!));
  }
  if (found.size < count) {
    const rest: (readonly [number, number])[] = [];
    for (const [i, a] of photos.entries()) {
      for (const b of photos.slice(0, i)) {
        if (a.person === b.person) continue;
        const [low, high] = a.photo < b.photo ? [a.photo, b.photo] : [b.photo, a.photo];
        if (!found.has(`${low} ${high}`)) rest.push([low, high]);
      }
    }
    for (const i of random.permutation(rest.length)) {
      if (found.size === count) break;
      add(...rest[i]!);
    }
  }
  return [...found.values()];
}
