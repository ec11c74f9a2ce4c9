/**
 * Fits the calibration of the bundled pack and writes it into the source. `npm run bench:calibration [-- FOLDER]`,
 * FOLDER holds images/<Person>/. It learns from the people of LFW with two to four images; those with one or
 * with five and more are left for the measurements.
 */
import { writeFile } from 'node:fs/promises';
import { calibrationToJSON, fitCalibration } from '../../src/calibrate/index.ts';
import { inRepository, inShared } from '../../test/support/repository.ts';
import { lfwParts, lfwPeople } from './people.ts';

const people = (await lfwPeople(process.argv[2] ?? inShared('data/lfw'))).filter(lfwParts.calibration);
const calibration = fitCalibration(people, {
  pack: 'bundled',
  source: 'Labeled Faces in the Wild (deep-funneled): its people with 2 to 4 images',
});
const json = JSON.stringify(calibrationToJSON(calibration));
const text = `import { calibrationFromText } from '../../calibrate/index.ts';

/** Made by \`npm run bench:calibration\`: statistics over many faces. */
// biome-ignore format: data
export const bundledCalibration = calibrationFromText('${json}', 'the calibration of pack bundled');
`;
await writeFile(inRepository('src/packs/calibrations/bundled.ts'), text);
process.stdout.write(`${calibration.people} people, ${calibration.faces} faces, ${json.length} characters\n`);
