import type { ReportStage } from '../../report/index.ts';

/** Notes how long each stage of a job took, and how much was done in it. */
export class Stopwatch {
  readonly #stages: ReportStage[] = [];

  /** The stages so far, in order. */
  get stages(): readonly ReportStage[] {
    return this.#stages;
  }

  /**
   * Does `work` as the stage `name`.
   * @param counts how much was done, and in which unit (plural)
   */
  async measure<Result>(
    name: string,
    work: () => Promise<Result>,
    counts: (result: Result) => readonly [count: number, unit: string],
  ): Promise<Result> {
    const start = performance.now();
    const result = await work();
    const [count, unit] = counts(result);
    this.#stages.push({ name, seconds: (performance.now() - start) / 1000, count, unit });
    return result;
  }
}
