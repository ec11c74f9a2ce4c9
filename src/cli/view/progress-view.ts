import type { ProgressEvent, ProgressListener } from '../../kernel/index.ts';
import { printable } from './cells.ts';
import { progressLine } from './progress-line.ts';
import { paint } from './style.ts';
import type { TerminalTraits } from './terminal.ts';
import { duration, rate } from './units.ts';

const redrawMs = 100;
const tickMs = 500;
const announceMs = 250;
/** Rate and time left are those of about this long. */
const rateWindowMs = 10_000;
const leastRateMs = 800;
/** Pause between plain lines: 5 s at first, doubling to a minute, so that a night's log stays readable. */
const plainPauseMs = 5_000;
const longestPlainPauseMs = 60_000;
const plainShare = 0.1;
const leastPlainPauseMs = 1_000;

interface Stage {
  readonly name: string;
  readonly startMs: number;
  readonly startDone: number;
  readonly samples: { readonly atMs: number; readonly done: number }[];
  latest: ProgressEvent;
  announced: boolean;
  lineMs: number;
  lineDone: number;
  pauseMs: number;
}

export interface ProgressViewOptions {
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly traits: TerminalTraits;
  /** Shows nothing. */
  readonly quiet: boolean;
  /** Milliseconds of a steady clock. */
  readonly now?: () => number;
}

/**
 * Shows progress: on a terminal one line that is drawn over, elsewhere a plain line at the start, every
 * tenth or few seconds, and at the end. Knows nothing about the work but its {@link ProgressEvent}s.
 */
export class ProgressView {
  readonly #options: ProgressViewOptions;
  readonly #now: () => number;
  #stage: Stage | undefined;
  #drawn = false;
  #drawnMs = -Infinity;
  #ticker: NodeJS.Timeout | undefined;

  constructor(options: ProgressViewOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** What the work reports to. */
  readonly listener: ProgressListener = (event) => {
    if (this.#options.quiet) return;
    const now = this.#now();
    if (
      this.#stage === undefined ||
      this.#stage.name !== event.stage ||
      event.done < this.#stage.latest.done
    ) {
      this.#finishStage();
      this.#startStage(event, now);
    }
    const stage = this.#stage!;
    stage.latest = event;
    const lastSample = stage.samples.at(-1);
    if (lastSample === undefined || now - lastSample.atMs >= redrawMs)
      stage.samples.push({ atMs: now, done: event.done });
    while (stage.samples.length > 2 && now - stage.samples[0]!.atMs > rateWindowMs) stage.samples.shift();
    if (this.#options.traits.interactive) {
      if (now - this.#drawnMs >= redrawMs) this.#draw();
    } else this.#maybePlainLine(stage, now);
  };

  /** Takes the drawn line away, so that something else can be printed. `restore` brings it back. */
  clear(): void {
    if (!this.#drawn) return;
    this.#options.write('\r\u001b[K');
    this.#drawn = false;
  }

  restore(): void {
    if (this.#options.traits.interactive && this.#stage !== undefined) this.#draw();
  }

  /** Ends the stage under way with a line that says how it went. Safe to call again. */
  end(): void {
    this.#finishStage();
  }

  #startStage(event: ProgressEvent, now: number): void {
    this.#stage = {
      name: event.stage,
      startMs: now,
      startDone: event.done,
      samples: [],
      latest: event,
      announced: false,
      lineMs: now,
      lineDone: event.done,
      pauseMs: plainPauseMs,
    };
    if (this.#options.traits.interactive) {
      // Time goes on, also where one item takes long.
      this.#ticker = setInterval(() => this.#draw(), tickMs);
      this.#ticker.unref();
    } else {
      // Work that has begun already may be over in a moment: then its end is enough.
      if (event.done === 0) this.#announce(this.#stage);
    }
  }

  #announce(stage: Stage): void {
    stage.announced = true;
    const { done, total } = stage.latest;
    const ellipsis = this.#options.traits.unicode ? '…' : '...';
    const line = total === undefined ? `${stage.name} ${ellipsis}` : `${stage.name}: ${done} of ${total}`;
    this.#options.write(`${line}\n`);
  }

  #finishStage(): void {
    const stage = this.#stage;
    if (stage === undefined) return;
    clearInterval(this.#ticker);
    this.#stage = undefined;
    this.clear();
    const { done, total } = stage.latest;
    const seconds = (this.#now() - stage.startMs) / 1000;
    const whole = total === undefined || done >= total;
    const count = whole ? `${done}` : `${done} of ${total}`;
    const worked = done - stage.startDone;
    const speed = worked > 0 && seconds > 0.05 ? `, ${rate(worked / seconds)}` : '';
    const { traits } = this.#options;
    const mark = !traits.interactive
      ? ''
      : whole
        ? `${paint(traits.unicode ? '✓' : '*', 'good', traits.color)} `
        : '- ';
    this.#options.write(
      `${mark}${stage.name}: ${count} in ${duration(seconds)}${speed}${whole ? '' : ' (stopped)'}\n`,
    );
  }

  #perSecond(stage: Stage, now: number): number | undefined {
    const first = stage.samples[0];
    if (first === undefined || now - stage.startMs < leastRateMs) return undefined;
    const seconds = (now - first.atMs) / 1000;
    const items = stage.latest.done - first.done;
    return seconds > 0 && items > 0 ? items / seconds : undefined;
  }

  #draw(): void {
    const stage = this.#stage;
    if (stage === undefined) return;
    const now = this.#now();
    const line = progressLine(
      {
        stage: stage.name,
        done: stage.latest.done,
        total: stage.latest.total,
        item: stage.latest.item,
        figures: stage.latest.figures,
        perSecond: this.#perSecond(stage, now),
      },
      this.#options.columns(),
      this.#options.traits.unicode,
    );
    this.#options.write(`\r${line}\u001b[K`);
    this.#drawn = true;
    this.#drawnMs = now;
  }

  #maybePlainLine(stage: Stage, now: number): void {
    const { done, total, item, figures = [] } = stage.latest;
    if (total !== undefined && done >= total) return; // the end has its own line
    if (!stage.announced) {
      if (now - stage.startMs >= announceMs) this.#announce(stage);
      return;
    }
    const since = now - stage.lineMs;
    const tenth = total !== undefined && done - stage.lineDone >= total * plainShare;
    if (!(tenth && since >= leastPlainPauseMs) && since < stage.pauseMs) return;
    if (since >= stage.pauseMs) stage.pauseMs = Math.min(stage.pauseMs * 2, longestPlainPauseMs);
    stage.lineMs = now;
    stage.lineDone = done;
    const perSecond = this.#perSecond(stage, now);
    const parts = [total === undefined ? `${stage.name}: ${done}` : `${stage.name}: ${done} of ${total}`];
    if (perSecond !== undefined || figures.length > 0) {
      parts.push(...(figures.length > 0 || perSecond === undefined ? figures : [rate(perSecond)]));
      if (total !== undefined && perSecond !== undefined)
        parts.push(`${duration((total - done) / perSecond)} left`);
    } else if (item !== undefined) parts.push(printable(item));
    this.#options.write(`${parts.join(', ')}\n`);
  }
}
