import type { ClassifierKind } from '../../../classify/index.ts';
import { identificationPage } from '../../../report/index.ts';
import type { Run } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { percent } from '../../view/numbers.ts';
import { counted } from '../../view/units.ts';
import type { EvaluationFlags } from '../flags.ts';
import { faceSetting } from '../looked-photos.ts';
import { tellOutcomes } from '../outcomes.ts';
import { commandText, makeResultFolder, writeResults } from '../results.ts';
import { identificationDocument, identificationMeasureTable, probeTable } from './document.ts';
import { evaluateIdentification, type IdentificationOutcome } from './evaluate.ts';
import { galleryWords, type IdentificationRequest, readIdentificationProtocol } from './protocol.ts';

/** `visage evaluate identification`: enrols, asks every system in turn, writes page, document and tables. */
export async function runIdentification(
  run: Run,
  request: IdentificationRequest,
  classifiers: readonly ClassifierKind[],
  { out, packs, workers }: EvaluationFlags,
): Promise<void> {
  const { rooms, progress, signal } = run;
  const protocol = await readIdentificationProtocol(request);
  await makeResultFolder(out);
  const { seed, depth } = request;
  const context = { rooms, workers, seed, depth, classifiers, progress, signal };
  const outcomes: IdentificationOutcome[] = [];
  for (const pack of packs) outcomes.push(...(await evaluateIdentification(pack, protocol, context)));
  const told = outcomes.map((outcome) => ({ ...outcome, lines: summaryLines(outcome) }));
  await tellOutcomes(run, protocol.skipped, told, 'they count');
  const words = ['visage', 'evaluate', 'identification', request.path];
  for (const pack of packs) words.push('--pack', pack);
  for (const kind of classifiers) words.push('--classifier', kind);
  words.push('--enrolled', String(request.enrolled), '--least-photos', String(request.leastPhotos));
  words.push('--face', request.face, '--seed', String(seed));
  const html = await identificationPage({
    about: protocol.about,
    protocol: galleryWords(protocol, request),
    people: protocol.known.length,
    enrolled: protocol.known.reduce((sum, { enrolled }) => sum + enrolled.length, 0),
    entries: outcomes,
    repetition: {
      settings: [
        { label: 'enrolled photos a person', value: String(request.enrolled) },
        { label: 'photos needed to be known', value: String(request.leastPhotos) },
        { label: 'classifier', value: classifiers.join(', ') },
        faceSetting(protocol.choice),
        { label: 'seed', value: String(seed) },
        { label: 'packs', value: packs.join(', ') },
      ],
      command: commandText(words),
    },
  });
  await writeResults(run, out, {
    name: 'identification',
    html,
    document: identificationDocument(protocol, request, outcomes),
    tables: { '': probeTable(protocol, outcomes), measures: identificationMeasureTable(outcomes) },
  });
}

function summaryLines({ name, measures, atDefault }: IdentificationOutcome): string[] {
  const { knownProbes, strangers, rankOne, openSet } = measures;
  const system = printable(name);
  const lines = [
    `${system}: ${counted(knownProbes, 'photo')} of known people, rank 1 ${percent(rankOne.share, 2)}`,
  ];
  for (const { falsePositiveRate, measured, strangersNeeded } of openSet?.rates ?? []) {
    lines.push(
      measured === undefined
        ? `${system}: true positive rate at false positive rate ${falsePositiveRate}: needs ${strangersNeeded} strangers, there are ${strangers}`
        : `${system}: true positive rate ${percent(measured.truePositiveRate.share, 2)} at false positive rate ${falsePositiveRate} (${counted(strangers, 'stranger')})`,
    );
  }
  lines.push(
    `${system}: at the default limit ${atDefault.knownNamed} of ${knownProbes} are named rightly, and ${atDefault.strangersNamed} of ${counted(strangers, 'stranger')} get a name`,
  );
  return lines;
}
