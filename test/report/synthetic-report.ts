import { Random } from '../../src/kernel/index.ts';
import type { Picture, ReportData, ReportFace } from '../../src/report/index.ts';

/** A red pixel. */
export const pixel: Picture = {
  format: 'png',
  bytes: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
    'base64',
  ),
  width: 1,
  height: 1,
};

export interface SyntheticReportOptions {
  readonly people: number;
  readonly trainPerPerson: number;
  readonly testPerPerson: number;
  /** Every n-th test face gets the name of the next person; 0: none. */
  readonly wrongEvery?: number;
  readonly nameOf?: (person: number) => string;
  readonly pictureOf?: (person: number, index: number) => Picture;
}

/** Report data of people who do not exist: `people` clusters on the map, mistakes at known places. */
export function syntheticReport({
  people,
  trainPerPerson,
  testPerPerson,
  wrongEvery = 0,
  nameOf = (person) => `person_${String(person + 1).padStart(2, '0')}`,
  pictureOf = () => pixel,
}: SyntheticReportOptions): ReportData {
  const random = new Random(7);
  const faces: ReportFace[] = [];
  let tests = 0;
  const centres = Array.from({ length: people }, () => ({
    x: random.between(-9, 9),
    y: random.between(-6, 6),
  }));
  for (const split of ['train', 'val'] as const) {
    for (let person = 0; person < people; person++) {
      const each = split === 'train' ? trainPerPerson : testPerPerson;
      for (let index = 0; index < each; index++) {
        const wrong = split === 'val' && wrongEvery > 0 && ++tests % wrongEvery === 0;
        const answer = nameOf(wrong ? (person + 1) % people : person);
        const probability = random.between(wrong ? 0.3 : 0.8, wrong ? 0.6 : 0.99);
        faces.push({
          split,
          name: nameOf(person),
          file: `${split}/${nameOf(person)}/${index}.jpg`,
          thumbnail: pictureOf(person, index),
          position: {
            x: centres[person]!.x + random.normal() / 3,
            y: centres[person]!.y + random.normal() / 3,
          },
          ...(split === 'val' && {
            prediction: {
              name: answer,
              probability,
              distance: wrong ? 0.6 : 0.3,
              refused: false,
              candidates: [
                { name: answer, probability },
                { name: nameOf((person + 2) % people), probability: 1 - probability },
              ],
            },
          }),
        });
      }
    }
  }
  return {
    title: 'Who is in these photographs?',
    measuresAccuracy: true,
    photos: [],
    faces,
    trainAccuracy: { right: people * trainPerPerson, total: people * trainPerPerson },
    map: { method: 'umap', description: 'UMAP, 15 neighbours.' },
    skipped: [],
    stages: [
      { name: 'prepare', seconds: 4.2, count: faces.length, unit: 'photos' },
      { name: 'embed', seconds: 2.1, count: faces.length, unit: 'faces' },
    ],
    settings: [{ label: 'Pack', value: 'bundled' }],
    commands: [{ purpose: 'All of it', line: 'visage demo' }],
  };
}
