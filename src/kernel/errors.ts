import { errorTable, type ErrorCode } from './error-table.ts';

type SlotsIn<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}`
  ? Slot | SlotsIn<Rest>
  : never;

/** The values that the sentence of `Code` needs, by slot. Slots used only in the hint are optional. */
export type ErrorSlots<Code extends ErrorCode> = {
  readonly [Slot in SlotsIn<(typeof errorTable)[Code]['message']>]: string | number;
} & { readonly [slot: string]: string | number };

const fill = (text: string, slots: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_, slot: string) => String(slots[slot] ?? ''));

/** A failure with a row in {@link errorTable}. */
export class VisageError extends Error {
  override readonly name = 'VisageError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly exitCode: 1 | 2;
  readonly httpStatus: number;
  /** The values that were filled into the sentence. */
  readonly slots: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, slots: Readonly<Record<string, string | number>>, cause?: unknown) {
    const entry = errorTable[code];
    super(fill(entry.message, slots), cause === undefined ? undefined : { cause });
    this.code = code;
    this.slots = slots;
    this.hint = fill(entry.hint, slots);
    this.exitCode = entry.exitCode;
    this.httpStatus = entry.httpStatus;
  }

  /** The form in which `--json` and the HTTP server show an error. */
  toJSON(): { code: ErrorCode; message: string; hint: string } {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}

/** Makes the error of row `code`; the compiler checks that every slot of its sentence is given. */
export function visageError<Code extends ErrorCode>(
  code: Code,
  slots: ErrorSlots<Code>,
  cause?: unknown,
): VisageError {
  return new VisageError(code, slots, cause);
}

/** Any thrown value as a {@link VisageError}: coded ones unchanged, others as `INTERNAL`. */
export function toVisageError(thrown: unknown): VisageError {
  if (thrown instanceof VisageError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return visageError('INTERNAL', { reason }, thrown);
}
