/** What came out of looking at one thing that Visage needs. */
export interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found. */
  readonly detail: string;
  /** What to do about it; given unless all is well. */
  readonly advice?: string;
}

export const ok = (name: string, detail: string): CheckResult => ({ name, status: 'ok', detail });
export const warn = (name: string, detail: string, advice: string): CheckResult => ({
  name,
  status: 'warn',
  detail,
  advice,
});
export const fail = (name: string, detail: string, advice: string): CheckResult => ({
  name,
  status: 'fail',
  detail,
  advice,
});
