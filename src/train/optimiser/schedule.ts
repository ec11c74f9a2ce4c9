import { checkOptions, type OptionsOf } from '../../kernel/index.ts';

/** Options of {@link learningRateAt}. */
export const scheduleOptions = {
  learningRate: { type: 'number', default: 1e-3, exclusiveMin: 0, description: 'the highest learning rate' },
  schedule: {
    type: 'choice',
    choices: ['cosine', 'steps', 'constant'],
    default: 'cosine',
    description:
      'cosine: down to lastShare along half a wave; steps: a tenth at 1/2 and again at 3/4; constant',
  },
  warmupSteps: {
    type: 'number',
    integer: true,
    default: 0,
    min: 0,
    description: 'steps at the start in which the rate grows from almost 0',
  },
  lastShare: {
    type: 'number',
    default: 0.01,
    min: 0,
    max: 1,
    description: 'of cosine: what is left of the learning rate at the end',
  },
} as const;

export type ScheduleOptions = Partial<OptionsOf<typeof scheduleOptions>>;

/**
 * The learning rate of step `step` (from 0) of `steps`.
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function learningRateAt(step: number, steps: number, options: ScheduleOptions = {}): number {
  const { learningRate, schedule, warmupSteps, lastShare } = checkOptions(
    'learningRateAt',
    scheduleOptions,
    options,
  );
  if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1);
  const done = Math.min(Math.max((step - warmupSteps) / Math.max(steps - warmupSteps, 1), 0), 1);
  if (schedule === 'constant') return learningRate;
  if (schedule === 'steps') return learningRate * (done < 0.5 ? 1 : done < 0.75 ? 0.1 : 0.01);
  return learningRate * (lastShare + ((1 - lastShare) * (1 + Math.cos(Math.PI * done))) / 2);
}
