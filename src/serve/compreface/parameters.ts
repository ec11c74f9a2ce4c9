import type { FastifyRequest } from 'fastify';
import { failure } from './failure.ts';

const known = ['limit', 'det_prob_threshold', 'prediction_count', 'face_plugins', 'status', 'detect_faces'];

/** Some clients begin every parameter with `?`: the JavaScript SDK does, after the first. */
const strayQuestionMark = new RegExp(`\\?(?=(${known.join('|')})=)`, 'g');

/**
 * The parameters of a request: those of the query, then the text fields of the form, repeated ones joined with
 * commas, empty ones not there. As a servlet has them.
 */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>;

  constructor({ url, body }: Pick<FastifyRequest, 'url' | 'body'>) {
    const start = url.indexOf('?');
    const query = start < 0 ? '' : url.slice(start + 1).replace(strayQuestionMark, '&');
    const found = new Map<string, string[]>();
    const add = (name: string, value: string): void => {
      found.set(name, [...(found.get(name) ?? []), value]);
    };
    for (const [name, value] of new URLSearchParams(query)) add(name, value);
    if (isForm(body)) {
      for (const [name, value] of Object.entries(body)) if (typeof value === 'string') add(name, value);
    }
    this.#values = new Map([...found].map(([name, values]) => [name, values.join(',')]));
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  #filled(name: string): string | undefined {
    const value = this.#values.get(name)?.trim();
    return value === '' ? undefined : value;
  }

  /** Faces at most; 0: all. @throws CompreFaceFailure */
  get limit(): number {
    const limit = this.#whole('limit') ?? 0;
    if (limit < 0) throw failure.invalid('Limit should be equal or greater than 0; ');
    return limit;
  }

  /** @throws CompreFaceFailure */
  get predictionCount(): number {
    const count = this.#whole('prediction_count') ?? 1;
    if (count < 1) throw failure.invalid('prediction_count should be equal or greater than 1; ');
    return count;
  }

  /** Only faces with a score above this count. @throws CompreFaceFailure */
  get leastScore(): number {
    const text = this.#filled('det_prob_threshold');
    const value = text === undefined ? 0 : Number(text);
    if (!Number.isFinite(value)) throw failure.invalid('det_prob_threshold should be a number; ');
    // CompreFace itself calls this "no face".
    if (value < 0 || value > 1) throw failure.noFace();
    return value;
  }

  /** Names that nobody knows are passed over; some clients send `undefined`. */
  get plugins(): ReadonlySet<string> {
    return new Set((this.#filled('face_plugins') ?? '').split(/[\s,]+/));
  }

  get status(): boolean {
    return this.#flag('status', false);
  }

  get detectFaces(): boolean {
    return this.#flag('detect_faces', true);
  }

  /** 0-based; what is no number counts as not given, as Spring has it. */
  get page(): number {
    return naturalOr(this.#filled('page'), 0);
  }

  get size(): number {
    return Math.min(2000, naturalOr(this.#filled('size'), 20) || 20);
  }

  #whole(name: string): number | undefined {
    const text = this.#filled(name);
    if (text === undefined) return undefined;
    if (!/^[+-]?\d{1,10}$/.test(text)) throw failure.invalid(`${name} should be a whole number; `);
    return Number(text);
  }

  #flag(name: string, otherwise: boolean): boolean {
    const text = this.#filled(name)?.toLowerCase();
    if (text === undefined) return otherwise;
    if (['true', 'on', 'yes', '1'].includes(text)) return true;
    if (['false', 'off', 'no', '0'].includes(text)) return false;
    throw failure.invalid(`${name} should be true or false; `);
  }
}

const naturalOr = (text: string | undefined, otherwise: number): number =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;

/** Whether a body has fields: a form, or a JSON object. */
export const isForm = (body: unknown): body is Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null && !Array.isArray(body);
