import { clustersPage } from '../../../report/index.ts';
import type { Run } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { percent } from '../../view/numbers.ts';
import { counted } from '../../view/units.ts';
import type { EvaluationFlags } from '../flags.ts';
import { faceSetting } from '../looked-photos.ts';
import { tellOutcomes } from '../outcomes.ts';
import { commandText, makeResultFolder, writeResults } from '../results.ts';
import { clustersDocument, faceTable, limitTable } from './document.ts';
import { type ClustersOutcome, evaluateClusters } from './evaluate.ts';
import { type ClustersRequest, readClustersProtocol } from './protocol.ts';

/** `visage evaluate clusters`: groups the photos with every pack in turn, writes page, document and tables. */
export async function runClustersEvaluation(
  run: Run,
  request: ClustersRequest,
  { out, packs, workers }: EvaluationFlags,
): Promise<void> {
  const { rooms, progress, signal } = run;
  const protocol = await readClustersProtocol(request);
  await makeResultFolder(out);
  // Nothing in it is random.
  const context = { rooms, workers, seed: 0, progress, signal };
  const outcomes: ClustersOutcome[] = [];
  for (const pack of packs) outcomes.push(await evaluateClusters(pack, protocol, request, context));
  const told = outcomes.map((outcome) => ({ ...outcome, lines: summaryLines(outcome) }));
  await tellOutcomes(run, protocol.skipped, told, 'each counts as a cluster by itself');

  const { minQuality, maxDistance, limits, face } = request;
  const words = ['visage', 'evaluate', 'clusters', request.path];
  for (const pack of packs) words.push('--pack', pack);
  if (maxDistance !== undefined) words.push('--max-distance', String(maxDistance));
  words.push('--min-quality', String(minQuality), '--limits', String(limits), '--face', face);
  const html = await clustersPage({
    about: protocol.about,
    photos: protocol.photos.length,
    personSizes: [...protocol.personSizes.values()],
    entries: outcomes.map(({ pack, ...outcome }) => ({ name: pack, ...outcome })),
    repetition: {
      settings: [
        faceSetting(protocol.choice),
        { label: 'least quality', value: String(minQuality) },
        {
          label: 'distance limit',
          value: maxDistance === undefined ? 'that of the pack' : String(maxDistance),
        },
        { label: 'packs', value: packs.join(', ') },
      ],
      command: commandText(words),
    },
  });
  await writeResults(run, out, {
    name: 'clusters',
    html,
    document: clustersDocument(protocol, request, outcomes),
    tables: { '': faceTable(protocol, outcomes), limits: limitTable(outcomes) },
  });
}

function summaryLines({ pack, scores, unclear }: ClustersOutcome): string[] {
  const { faces, people, clusters, bcubed, pairwise, mixedClusters, splitPeople } = scores;
  const name = printable(pack);
  return [
    `${name}: ${counted(faces, 'photo')} of ${counted(people, 'person', 'people')} in ${counted(clusters, 'cluster')}; ${mixedClusters} of them mixed, ${counted(splitPeople, 'person', 'people')} split, ${counted(unclear, 'face')} too unclear`,
    `${name}: BCubed F ${percent(bcubed.f, 2)} (precision ${percent(bcubed.precision, 2)}, recall ${percent(bcubed.recall, 2)})`,
    `${name}: pairwise F ${percent(pairwise.f, 2)} (precision ${percent(pairwise.precision, 2)}, recall ${percent(pairwise.recall, 2)})`,
  ];
}
