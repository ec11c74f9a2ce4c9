import type { Prediction } from '../../classify/index.ts';
import { rounded } from '../records.ts';
import { failures } from '../schemas/failure.ts';
import { EvaluationSchema } from '../schemas/trust.ts';
import { Judge } from '../trust/judge.ts';
import type { RuledFace } from '../trust/rule-judgement.ts';
import type { AddRoutes } from './context.ts';

/** How far the gallery can be trusted. */
export const addTrustRoutes: AddRoutes = (app, { service }) => {
  const judge = new Judge(service.gallery, service.classifier);
  app.get(
    '/evaluation',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['trust'],
        summary: 'How well the examples of this gallery are told apart, at any threshold, and a map of them',
        response: { 200: EvaluationSchema, ...failures },
      },
    },
    async () => {
      const judgement = await judge.judge();
      return {
        pack: service.recognizer.pack.name,
        maxDistance: service.maxDistance,
        maxFalseAccept: service.classifier.maxFalseAccept ?? null,
        version: judgement.version,
        examples: judgement.examples,
        method: judgement.method,
        binWidth: judgement.binWidth,
        samePerson: [...judgement.samePerson],
        twoPeople: [...judgement.twoPeople],
        faces: judgement.faces.map((face, i) => ({
          exampleId: face.exampleId,
          personId: face.personId,
          otherPersonId: face.otherPersonId,
          nearestOwn: digits(face.nearestOwn),
          nearestOther: digits(face.nearestOther),
          asSeen: seenRecord(judgement.ruled[i]!),
          asStranger: strangerRecord(judgement.ruled[i]!),
          x: rounded(face.x, 3),
          y: rounded(face.y, 3),
        })),
      };
    },
  );
};

const digits = (value: number | null) => (value === null ? null : rounded(value, 4));

const rateRecord = (rate: number | undefined) =>
  rate === undefined ? {} : { falseAcceptRate: Number(rate.toPrecision(3)) };

const seenRecord = ({ personName, asSeen }: RuledFace) =>
  asSeen && { outcome: outcomeOf(asSeen, personName), ...rateRecord(asSeen.falseAcceptRate) };

const strangerRecord = ({ asStranger }: RuledFace) =>
  asStranger && { named: asStranger.known, ...rateRecord(asStranger.falseAcceptRate) };

function outcomeOf({ known, name }: Prediction, personName: string): 'right' | 'missed' | 'mistaken' {
  if (!known) return 'missed';
  return name === personName ? 'right' : 'mistaken';
}
