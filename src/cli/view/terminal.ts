/** How many colours a terminal shows. */
export type ColorDepth = 'none' | '16' | '256' | 'truecolor';

/** What the place that text goes to can do. */
export interface TerminalTraits {
  /** A terminal whose cursor can go back to the start of the line: progress may be drawn in place. */
  readonly interactive: boolean;
  readonly color: ColorDepth;
  /** Whether characters beyond ASCII arrive as they are. */
  readonly unicode: boolean;
}

/** The part of a stream that its traits are read from. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Colours by the customs of no-color.org (any non-empty `NO_COLOR` wins), `FORCE_COLOR`, `COLORTERM` and `TERM`. */
function colorDepth(interactive: boolean, env: Environment): ColorDepth {
  if (env['NO_COLOR']) return 'none';
  const force = env['FORCE_COLOR'];
  const forced = force !== undefined && force !== '0' && force !== 'false';
  if (!interactive && !forced) return 'none';
  const term = env['TERM'] ?? '';
  if (/truecolor|24bit/i.test(env['COLORTERM'] ?? '') || term.endsWith('-direct') || env['WT_SESSION']) {
    return 'truecolor';
  }
  return term.includes('256') ? '256' : '16';
}

/** Whether the locale speaks UTF-8, read as the C library reads it: `LC_ALL`, `LC_CTYPE`, `LANG`; the first that is set counts. */
function speaksUnicode(env: Environment, platform: NodeJS.Platform): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  if (locale) return /utf-?8/i.test(locale);
  // Windows and macOS have no locale variables of old, and their terminals take UTF-8.
  return platform === 'win32' || platform === 'darwin';
}

/** Reads what `stream` can do from the stream itself and the environment. */
export function terminalTraits(
  stream: TerminalStream,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): TerminalTraits {
  const interactive = stream.isTTY === true && env['TERM'] !== 'dumb';
  return { interactive, color: colorDepth(interactive, env), unicode: speaksUnicode(env, platform) };
}
