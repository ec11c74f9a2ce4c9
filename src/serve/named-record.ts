import type { IdentifiedFace } from '../recognizer.ts';
import { rounded } from './records.ts';
import type { Service } from './service.ts';

/** How many of the most probable people a face is answered with; as on the command line. */
const candidateCount = 5;

/** What is said of whose a face is. */
export type Naming = Pick<
  IdentifiedFace,
  'name' | 'probability' | 'distance' | 'candidates' | 'unknown' | 'certainty' | 'falseAcceptRate'
>;

/** A naming as an answer has it, with the ids of the people. */
export async function namedRecord(service: Service, naming: Naming) {
  const { name, probability, distance } = naming;
  const candidates = naming.candidates.slice(0, candidateCount).map(async (candidate) => ({
    name: candidate.name,
    personId: (await service.personId(candidate.name)) ?? '',
    probability: rounded(candidate.probability, 6),
  }));
  return {
    name,
    personId: name === null ? null : ((await service.personId(name)) ?? null),
    probability: rounded(probability, 6),
    distance: rounded(distance, 4),
    candidates: await Promise.all(candidates),
    ...certaintyRecord(naming),
  };
}

/** What only a calibrated pack can say; as on the command line. */
const certaintyRecord = ({ certainty, falseAcceptRate, unknown }: Naming) => ({
  ...(certainty !== undefined && { certainty: rounded(certainty, 6) }),
  ...(falseAcceptRate !== undefined && { falseAcceptRate: Number(falseAcceptRate.toPrecision(3)) }),
  ...(unknown !== undefined && {
    unknown: {
      reason: unknown.kind,
      ...(unknown.kind === 'too-alike' && { names: [...unknown.names] }),
      ...(unknown.kind === 'poor-face' && { problem: unknown.problem }),
    },
  }),
});
