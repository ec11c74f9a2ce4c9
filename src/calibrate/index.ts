export { fitFalseMatchCurve, logFalseMatchRate, scoreAtFalseMatchRate } from './false-match-curve.ts';
export type { FalseMatchCurve } from './false-match-curve.ts';
export { fitLogOdds } from './log-odds.ts';
export type { LogOdds } from './log-odds.ts';
