import { writeFileAtomically } from '../../formats/index.ts';
import type { CaptionedPicture } from '../../image/index.ts';
import type { FaceChoice, FaceComparison, SeenFace, SeenPhoto, Verification } from '../../people/index.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { showFaces } from '../example-face.ts';
import { qualityRecord } from '../face-quality-record.ts';
import { boxRecord } from '../face-record.ts';
import { addFlags, readFlags } from '../flags.ts';
import type { DefineVerb, Run } from '../run.ts';
import { printable } from '../view/cells.ts';
import { percent, rounded } from '../view/numbers.ts';
import { paint } from '../view/style.ts';

const description = `Say whether two photos show the same person: yes or no, the distance of the two faces, and how probable it is.

Of a photo with several faces the main one is compared, and a line says so; --face-a and --face-b choose others, counted from the left, and --all compares every face of the one with every face of the other.

The probability holds where as many pairs are of one person as of two. Exit code 0 whatever the answer is.`;

const examples = `
Examples:
  visage verify anna.jpg passport.jpg
  visage verify anna.jpg group.jpg --face-b 2 --draw both.png
  visage verify group1.jpg group2.jpg --all --json`;

const faceOption = (which: string) =>
  ({
    type: 'number',
    integer: true,
    min: 1,
    max: 1000,
    default: 1,
    description: `which face of the ${which} photo, counted from the left`,
  }) as const;

const schema = {
  faceA: faceOption('first'),
  faceB: faceOption('second'),
  maxDistance: {
    type: 'number',
    exclusiveMin: 0,
    max: 2,
    default: 1,
    description: 'distance up to which two faces count as one person',
  },
} as const;

interface VerifyFlags {
  readonly all?: boolean;
  readonly draw?: string;
  readonly faceA?: number;
  readonly faceB?: number;
  readonly maxDistance?: number;
}

/** Faces whose comparison a picture shows; the nearest. */
const mostDrawnPairs = 20;

const choice = (given: number | undefined, face: number): FaceChoice => (given === undefined ? 'main' : face);

export const defineVerify: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<a>', 'a photo')
    .argument('<b>', 'another photo')
    .option('--all', 'compare every face with every face')
    .option('--draw <file>', 'write the faces side by side to this file (PNG)')
    .addHelpText('after', examples);
  addFlags(command, schema, {
    faceA: 'the main one',
    faceB: 'the main one',
    maxDistance: 'that of the pack',
  });
  addNetworkFlags(command);
  addOutputFlags(command).action(async (a: string, b: string, flags: VerifyFlags) => {
    const checked = readFlags(command, schema);
    const { openRecognizer } = await run.rooms.recognizer();
    const { verifyPhotos } = await run.rooms.people();
    await using recognizer = await openRecognizer(readNetworkFlags(command));
    const verification = await verifyPhotos(recognizer, a, b, {
      faces: [choice(flags.faceA, checked.faceA), choice(flags.faceB, checked.faceB)],
      all: flags.all === true,
      ...(flags.maxDistance !== undefined && { maxDistance: checked.maxDistance }),
      signal: run.signal,
    });
    await tell(run, verification, flags);
    await run.output.document({
      pack: recognizer.pack.name,
      maxDistance: verification.maxDistance,
      ...(flags.all !== true && pairNumbers(verification.pairs[0]!)),
      photos: verification.photos.map(photoRecord),
      pairs: verification.pairs.map((pair) => pairRecord(verification, pair)),
      ...(flags.draw !== undefined && { drawn: flags.draw }),
    });
  });
};

async function tell(run: Run, verification: Verification, flags: VerifyFlags): Promise<void> {
  const { output } = run;
  const { photos, pairs } = verification;
  for (const [i, photo] of photos.entries()) {
    if (flags.all !== true) noteFace(run, photo, i === 0 ? '--face-a' : '--face-b');
  }
  const [first] = pairs as [FaceComparison];
  const { interactive } = output.stderrTraits;
  if (interactive && !output.json)
    showFaces(
      output,
      facesOf(verification, first).map(({ crop }) => crop),
    );
  const depth = output.stdoutTraits.color;
  for (const pair of pairs) {
    const where = flags.all === true ? `${place(photos[0], pair.a)} and ${place(photos[1], pair.b)}: ` : '';
    const answer = pair.same
      ? paint('the same person', 'good', depth)
      : paint('not the same person', 'doubtful', depth);
    await output.line(`${where}${answer} (${numbers(pair)})`);
  }
  if (flags.draw === undefined) return;
  await draw(run, verification, flags.draw);
  output.note(`The faces are in ${flags.draw}.`);
}

const numbers = ({ probability, distance }: FaceComparison): string =>
  `${percent(probability)}, distance ${distance.toFixed(2)}`;

/** `group.jpg (face 2)`. */
const place = (photo: SeenPhoto, index: number): string =>
  `${printable(photo.source)} (face ${photo.faces[index]!.position})`;

function noteFace({ output }: Run, { source, faceCount, faces }: SeenPhoto, flag: string): void {
  const [{ position, quality }] = faces as [SeenFace];
  const name = printable(source);
  if (faceCount > 1) {
    output.note(
      `${name} shows ${faceCount} faces; number ${position} from the left was taken (${flag} chooses another).`,
    );
  }
  for (const reason of quality.reasons) output.note(`${name}: ${reason}.`);
}

const facesOf = ({ photos }: Verification, { a, b }: FaceComparison): readonly [SeenFace, SeenFace] => [
  photos[0].faces[a]!,
  photos[1].faces[b]!,
];

async function draw(run: Run, verification: Verification, path: string): Promise<void> {
  const { pictureGrid } = await run.rooms.image();
  const { pairs, photos } = verification;
  const pictures = pairs.slice(0, mostDrawnPairs).flatMap((pair): CaptionedPicture[] =>
    facesOf(verification, pair).map(({ crop, position }, i) => ({
      raster: crop,
      caption: photos[i]!.source.split(/[\\/]/).at(-1)!,
      note:
        i === 0
          ? `face ${position}`
          : pairs.length > 1
            ? `${pair.same ? 'same' : 'not the same'}, ${numbers(pair)}`
            : `face ${position}`,
    })),
  );
  const [first] = pairs as [FaceComparison];
  const answer = first.same ? 'the same person' : 'not the same person';
  const title = pairs.length === 1 ? `${answer} (${numbers(first)})` : `${pairs.length} pairs, nearest first`;
  await writeFileAtomically(path, await pictureGrid(title, pictures, { columns: 2, sidePx: 300 }));
}

const pairNumbers = ({ same, probability, distance }: FaceComparison) => ({
  same,
  probability: rounded(probability, 6),
  distance: rounded(distance, 4),
});

const pairRecord = (verification: Verification, pair: FaceComparison): unknown => {
  const [a, b] = facesOf(verification, pair);
  return { a: a.position, b: b.position, ...pairNumbers(pair) };
};

const photoRecord = ({ source, width, height, faceCount, faces }: SeenPhoto): unknown => ({
  file: source,
  width,
  height,
  faceCount,
  faces: faces.map(({ position, face, quality }) => ({
    position,
    box: boxRecord(face.box),
    score: rounded(face.score, 4),
    quality: qualityRecord(quality),
  })),
});
