import { checkOptions, type OptionSchema, type OptionsOf, Random, visageError } from '../kernel/index.ts';

/** One person of a gallery: the photos that make them known, and those that ask who it is. Places in the list of photos. */
export interface KnownPhotos {
  readonly person: string;
  readonly enrolled: readonly number[];
  readonly probes: readonly number[];
}

/** Who is in the gallery, who asks, and who is a stranger. */
export interface GalleryProtocol {
  readonly known: readonly KnownPhotos[];
  /** Photos of people that are not in the gallery. */
  readonly strangers: readonly number[];
  /** `single`: the people with exactly one photo. `drawn`: there are none, so people were set aside. `none`: nobody is left. */
  readonly strangersBy: 'single' | 'drawn' | 'none';
}

export const galleryProtocolOptions = {
  enrolled: {
    type: 'number',
    default: 3,
    integer: true,
    min: 1,
    max: 1000,
    description: 'Photos of each known person that are enrolled, the first by file name.',
  },
  leastPhotos: {
    type: 'number',
    default: 5,
    integer: true,
    min: 2,
    max: 1000,
    description: 'Photos that a person needs to be known; more than are enrolled.',
  },
  strangerShare: {
    type: 'number',
    default: 0.2,
    min: 0,
    max: 0.9,
    description: 'Share of the people set aside as strangers, where nobody has exactly one photo.',
  },
  seed: { type: 'number', default: 0, integer: true, min: 0, max: 4294967295, description: 'Seed.' },
} as const satisfies OptionSchema;

/**
 * Divides photos for open-set identification: people with at least `leastPhotos` photos are known, their first
 * `enrolled` photos by order are enrolled, the rest are probes; every person with exactly one photo is a stranger.
 * Where nobody has exactly one, `strangerShare` of the people, drawn by `seed`, are strangers with all their
 * photos. Others are left out.
 * @param people the person of each photo, in the order in which photos are to be enrolled
 * @throws VisageError `EVALUATION_INVALID` when fewer than two people can be known; `OPTION_INVALID`
 */
export function divideForGallery(
  people: readonly string[],
  options: Partial<OptionsOf<typeof galleryProtocolOptions>> = {},
): GalleryProtocol {
  const owner = 'divideForGallery';
  const { enrolled, leastPhotos, strangerShare, seed } = checkOptions(owner, galleryProtocolOptions, options);
  if (leastPhotos <= enrolled) {
    const allowed = `a whole number above enrolled (${enrolled}), so that a photo is left to ask with`;
    throw visageError('OPTION_INVALID', { owner, option: 'leastPhotos', got: leastPhotos, allowed });
  }
  const photosOf = new Map<string, number[]>();
  for (const [photo, person] of people.entries()) {
    const photos = photosOf.get(person);
    if (photos === undefined) photosOf.set(person, [photo]);
    else photos.push(photo);
  }
  const names = [...photosOf.keys()];
  const singles = names.filter((name) => photosOf.get(name)!.length === 1);
  let aside = new Set(singles);
  if (singles.length === 0) {
    const order = new Random(seed).fork('strangers').permutation(names.length);
    aside = new Set(
      Array.from(order.subarray(0, Math.round(names.length * strangerShare)), (i) => names[i]!),
    );
  }
  const known = names.flatMap((person) => {
    const photos = photosOf.get(person)!;
    return aside.has(person) || photos.length < leastPhotos
      ? []
      : [{ person, enrolled: photos.slice(0, enrolled), probes: photos.slice(enrolled) }];
  });
  if (known.length < 2) {
    throw visageError('EVALUATION_INVALID', {
      owner,
      reason: `${known.length === 0 ? 'nobody has' : 'one person only has'} ${leastPhotos} photos${
        singles.length === 0 && aside.size > 0
          ? `, after ${aside.size} of ${names.length} people were set aside`
          : ''
      }`,
      advice: 'Give more photos of at least two people, or ask for fewer photos a person.',
    });
  }
  return {
    known,
    strangers: [...aside].flatMap((person) => photosOf.get(person)!).sort((a, b) => a - b),
    strangersBy: aside.size === 0 ? 'none' : singles.length > 0 ? 'single' : 'drawn',
  };
}
