import { curveCorners, type VerificationMeasures } from '../../../evaluate/index.ts';
import { tradeOffFigure } from './trade-off-figure.ts';

/** The ROC of several systems, with the intervals of the rates that were asked for. */
export const rocFigure = (
  systems: readonly { readonly name: string; readonly measures: VerificationMeasures }[],
): ReturnType<typeof tradeOffFigure> =>
  tradeOffFigure(
    systems.map(({ name, measures: { curve, trueAcceptRates, pairs } }) => ({
      name,
      curve: curveCorners(curve).map(({ falseAcceptRate, trueAcceptRate }) => ({
        falseRate: falseAcceptRate,
        trueRate: trueAcceptRate,
      })),
      measured: trueAcceptRates.flatMap(({ falseAcceptRate, measured }) => {
        if (measured === undefined) return [];
        const trueRate = measured.point.trueAcceptRate;
        const { low, high } = measured.interval ?? { low: trueRate, high: trueRate };
        return [{ falseRate: falseAcceptRate, trueRate, low, high }];
      }),
      trials: pairs.different,
    })),
    {
      title: 'ROC',
      falseRate: 'pairs of two people wrongly accepted (FAR)',
      trueRate: 'pairs of one person accepted (TAR)',
    },
  );
