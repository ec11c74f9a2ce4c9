export {
  calibrationFromText,
  calibrationToJSON,
  leastFalseAcceptRate,
  personTemplate,
  readCalibration,
  relativeDistance,
} from './calibration.ts';
export type { Calibration, PersonTemplate } from './calibration.ts';
export { crowdedScores, crowdWeight, expectedNext } from './crowd.ts';
export { fitFalseMatchCurve, logFalseMatchRate, scoreAtFalseMatchRate } from './false-match-curve.ts';
export type { FalseMatchCurve } from './false-match-curve.ts';
export { calibrate, fitCalibration } from './fit-calibration.ts';
export type { CalibrationFit, CalibrationPerson, FitCalibrationOptions } from './fit-calibration.ts';
export { fitLogOdds } from './log-odds.ts';
export type { LogOdds } from './log-odds.ts';
export {
  checkMaxFalseAccept,
  galleryFalseAcceptRate,
  judgeOpenSet,
  maxFalseAcceptOption,
  openSetScores,
  shareOfAllowedDistance,
} from './open-set.ts';
export type { OpenSetAnswer, UnknownReason } from './open-set.ts';
export { fitSpacing } from './fit-spacing.ts';
export { evenSpacing, measuredSpacings, predictedSpacing, spacingAt } from './spacing.ts';
export type { Spacing, SpacingBend } from './spacing.ts';
