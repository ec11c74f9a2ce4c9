import type { LocatedFace } from '../../detect/index.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { boxRecord, pointRecord } from '../face-record.ts';
import { listArguments } from '../photo-list.ts';
import { reportPhotos } from '../photo-batch.ts';
import type { DefineVerb } from '../run.ts';
import { percent, rounded } from '../view/numbers.ts';

const description = `Find every face in the photos and say where it is.

A folder stands for all photos in it. Each face gets a line: the file, then width, height and upper left corner in pixels of the upright photo, and how sure the detector is. --json adds five landmarks a face: the two eyes, the tip of the nose, the two corners of the mouth; left and right as in the picture.`;

const examples = `
Examples:
  visage detect party.jpg
  visage detect holiday/ --draw annotated/
  visage detect party.jpg --json

Exit code 1 only where no photo at all could be used.`;

export const defineDetect: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<photo...>', 'photos, or folders of photos')
    .option('--draw <folder>', 'write a copy of each photo with boxes to this folder')
    .addHelpText('after', examples);
  addNetworkFlags(command);
  addOutputFlags(command).action(async (paths: string[], flags: { draw?: string }) => {
    const networks = readNetworkFlags(command);
    const photos = await listArguments(run.rooms, paths);
    const { openRecognizer } = await run.rooms.recognizer();
    await using recognizer = await openRecognizer(networks);
    await reportPhotos<LocatedFace>(run, {
      stage: 'finding faces',
      photos,
      drawFolder: flags.draw,
      recognizer,
      look: (file) => recognizer.locate(file, run.signal),
      record: ({ box, score, landmarks }) => ({
        box: boxRecord(box),
        score: rounded(score, 4),
        landmarks: landmarks.map(pointRecord),
      }),
      line: ({ box, score }) => {
        const { x, y, width, height } = boxRecord(box);
        return `face ${width}x${height} at ${x},${y} (${percent(score)})`;
      },
      mark: ({ box, score, landmarks }) => ({ box, landmarks, label: percent(score) }),
    });
  });
};
