import { verificationPage } from '../../../report/index.ts';
import type { Run } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { percent } from '../../view/numbers.ts';
import { counted } from '../../view/units.ts';
import type { EvaluationFlags } from '../flags.ts';
import { faceSetting } from '../looked-photos.ts';
import { tellOutcomes } from '../outcomes.ts';
import { commandText, makeResultFolder, writeResults } from '../results.ts';
import { measureTable, pairTable, verificationDocument } from './document.ts';
import { evaluateVerification, type VerificationOutcome } from './evaluate.ts';
import { aboutOf, type ProtocolRequest, protocolSentence, readProtocol } from './protocol.ts';

/** `visage evaluate verification`: reads the protocol, asks every pack in turn, writes page, document and tables. */
export async function runVerification(
  run: Run,
  request: ProtocolRequest,
  { out, packs, workers }: EvaluationFlags,
): Promise<void> {
  const { rooms, progress, signal } = run;
  const protocol = await readProtocol(request);
  await makeResultFolder(out);
  const { seed } = request;
  const outcomes: VerificationOutcome[] = [];
  for (const pack of packs) {
    outcomes.push(await evaluateVerification(pack, protocol, { rooms, workers, seed, progress, signal }));
  }
  const told = outcomes.map((outcome) => ({ ...outcome, lines: summaryLines(outcome) }));
  await tellOutcomes(run, protocol.skipped, told, 'their pairs count as two people');
  const about = aboutOf(protocol);
  const words = ['visage', 'evaluate', 'verification', request.path];
  for (const pack of packs) words.push('--pack', pack);
  if (protocol.kind === 'drawn') {
    words.push('--pairs', String(request.pairs), '--folds', String(request.folds));
  }
  words.push('--seed', String(seed));
  const html = await verificationPage({
    about,
    protocol: protocolSentence(protocol, seed),
    photos: protocol.photos.length,
    people: new Set(protocol.photos.map(({ person }) => person)).size,
    entries: outcomes.map(({ pack, ...outcome }) => ({ name: pack, ...outcome })),
    repetition: {
      settings: [
        { label: 'pairs', value: protocol.kind === 'drawn' ? 'drawn from the folder' : 'from pairs.txt' },
        faceSetting(protocol.choice),
        { label: 'seed', value: String(seed) },
        { label: 'packs', value: packs.join(', ') },
      ],
      command: commandText(words),
    },
  });
  await writeResults(run, out, {
    name: 'verification',
    html,
    document: verificationDocument(protocol, outcomes, seed),
    tables: { '': pairTable(protocol, outcomes), measures: measureTable(outcomes) },
  });
}

function summaryLines({ pack, measures }: VerificationOutcome): string[] {
  const { accuracy, areaUnderCurve, equalErrorRate, pairs, trueAcceptRates } = measures;
  const name = printable(pack);
  const right =
    accuracy === undefined
      ? 'accuracy needs at least two folds'
      : `accuracy ${percent(accuracy.mean, 2)} ± ${percent(accuracy.standardError, 2)} (${accuracy.folds.length} folds)`;
  return [
    `${name}: ${counted(pairs.same + pairs.different, 'pair')}, ${right}`,
    `${name}: equal error rate ${percent(equalErrorRate.value, 2)}, area under the curve ${areaUnderCurve.value.toFixed(5)}`,
    ...trueAcceptRates.map(({ falseAcceptRate, measured, pairsNeeded }) =>
      measured === undefined
        ? `${name}: true accept rate at false accept rate ${falseAcceptRate}: needs ${pairsNeeded} pairs of two people, there are ${pairs.different}`
        : `${name}: true accept rate ${percent(measured.point.trueAcceptRate, 2)} at false accept rate ${falseAcceptRate}`,
    ),
  ];
}
