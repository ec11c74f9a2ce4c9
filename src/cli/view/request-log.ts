import { Writable } from 'node:stream';
import { printable } from './cells.ts';
import { paint, type Tone } from './style.ts';
import type { ColorDepth } from './terminal.ts';
import { duration } from './units.ts';

/** Requests that are remembered until they are answered; those of clients that went away never are. */
const rememberedAtMost = 1000;
/** pino's number for `error`. */
const errorLevel = 50;

/** What is read of a line of the server's log, which pino writes. */
interface LogEntry {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly reqId?: string;
  readonly req?: { readonly method: string; readonly url: string };
  readonly res?: { readonly statusCode: number };
  /** In milliseconds. */
  readonly responseTime?: number;
  readonly code?: string;
}

interface Asked {
  readonly method: string;
  readonly url: string;
  /** Of the error that it was answered with. */
  code?: string;
}

/**
 * The log of a server for a person at a terminal: a line for each answer, `15:42:13  200  GET /api/v1/people  4 ms`.
 * Takes the JSON lines of the log.
 */
export class RequestLog extends Writable {
  readonly #tell: (line: string) => void;
  readonly #color: ColorDepth;
  readonly #asked = new Map<string, Asked>();

  constructor(tell: (line: string) => void, color: ColorDepth) {
    super({ decodeStrings: false });
    this.#tell = tell;
    this.#color = color;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const line of String(chunk).split('\n')) {
      if (line !== '') this.#take(JSON.parse(line) as LogEntry);
    }
    done();
  }

  #take(entry: LogEntry): void {
    const { level, time, reqId = '', req, res, code, msg = '' } = entry;
    if (req !== undefined) this.#remember(reqId, { method: req.method, url: req.url });
    const asked = this.#asked.get(reqId);
    if (asked !== undefined && code !== undefined) asked.code = code;
    if (level >= errorLevel) this.#say(time, paint('error', 'bad', this.#color), printable(msg));
    if (res === undefined || asked === undefined) return;
    this.#asked.delete(reqId);
    const { statusCode } = res;
    const status = paint(String(statusCode), toneOf(statusCode), this.#color);
    const told = [status, `${asked.method} ${printable(asked.url)}`, span(entry.responseTime ?? 0)];
    this.#say(time, ...told, ...(asked.code === undefined ? [] : [asked.code]));
  }

  #remember(id: string, asked: Asked): void {
    this.#asked.set(id, asked);
    if (this.#asked.size > rememberedAtMost) this.#asked.delete(this.#asked.keys().next().value!);
  }

  #say(timeMs: number, ...parts: readonly string[]): void {
    const clock = new Date(timeMs).toTimeString().slice(0, 8);
    this.#tell([paint(clock, 'quiet', this.#color), ...parts].join('  '));
  }
}

const span = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : duration(ms / 1000));

function toneOf(status: number): Tone {
  if (status >= 500) return 'bad';
  return status >= 400 ? 'doubtful' : 'good';
}
