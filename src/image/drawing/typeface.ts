import { createRequire } from 'node:module';
import { sharp } from '../native.ts';
import type { Mask } from './canvas.ts';

/**
 * Open Sans (OFL-1.1) from the npm package @expo-google-fonts/open-sans: a fresh machine may have
 * no fonts at all. It covers Latin, Greek and Cyrillic; other scripts fall back to the system's fonts.
 */
const faces = {
  semibold: { file: '600SemiBold/OpenSans_600SemiBold.ttf', font: 'Open Sans SemiBold' },
  regular: { file: '400Regular/OpenSans_400Regular.ttf', font: 'Open Sans' },
} as const;

const require = createRequire(import.meta.url);

export interface TextStyle {
  /** Height of the em square in pixels. */
  readonly sizePx: number;
  readonly weight?: keyof typeof faces;
  /** Wider text is cut off with an ellipsis. */
  readonly maxWidthPx?: number;
  /** Wider text is broken into lines instead, centred. */
  readonly wrap?: boolean;
}

/** More letters than any label can show. */
const maxLetters = 200;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The letters of one line: no control characters, no half surrogates. */
function lettersOf(text: string): string[] {
  const line = text
    .slice(0, 20 * maxLetters)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
  return Array.from(graphemes.segment(line), ({ segment }) => segment).slice(0, maxLetters);
}

const escapeMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

async function render(text: string, style: TextStyle): Promise<Mask> {
  const { file, font } = faces[style.weight ?? 'semibold'];
  const { data, info } = await sharp({
    text: {
      text: escapeMarkup(text),
      font: `${font} ${style.sizePx}`,
      fontfile: require.resolve(`@expo-google-fonts/open-sans/${file}`),
      // At 72 dots per inch a point is a pixel.
      dpi: 72,
      ...(style.wrap && style.maxWidthPx
        ? {
            width: Math.max(1, Math.floor(style.maxWidthPx)),
            align: 'centre' as const,
            wrap: 'word-char' as const,
          }
        : {}),
    },
  })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    width: info.width,
    height: info.height,
  };
}

/** Reaches as high and as deep as letters usually do. */
const strut = 'Ág';
/** Ink width of the strut by style. */
const strutWidths = new Map<string, number>();

/**
 * Ink is cut tightly, so words would sit at different heights. A strut before the text fixes the
 * baseline; its own columns and the gap behind it are then cut off.
 */
async function renderLine(text: string, style: TextStyle): Promise<Mask> {
  const key = `${style.weight ?? 'semibold'} ${style.sizePx}`;
  const strutWidth = strutWidths.get(key) ?? (await render(strut, style)).width;
  strutWidths.set(key, strutWidth);
  const both = await render(`${strut}  ${text}`, style);
  let left = Math.min(strutWidth, both.width);
  while (left < both.width && isEmptyColumn(both, left)) left++;
  const width = both.width - left;
  const data = new Uint8Array(width * both.height);
  for (let y = 0; y < both.height; y++) {
    data.set(both.data.subarray(y * both.width + left, (y + 1) * both.width), y * width);
  }
  return { data, width, height: both.height };
}

function isEmptyColumn({ data, width, height }: Mask, x: number): boolean {
  for (let y = 0; y < height; y++) if (data[y * width + x]! > 0) return false;
  return true;
}

/**
 * The ink of `text`: one line whose height depends on the style alone for common letters, or, with
 * `wrap`, as many lines as needed. Empty text gives an empty mask.
 */
export async function renderText(text: string, style: TextStyle): Promise<Mask> {
  const letters = lettersOf(text);
  if (letters.length === 0) return { data: new Uint8Array(0), width: 0, height: 0 };
  if (style.wrap) return render(letters.join(''), style);
  let mask = await renderLine(letters.join(''), style);
  const maxWidth = style.maxWidthPx ?? Infinity;
  let kept = letters.length;
  while (mask.width > maxWidth && kept > 1) {
    kept = Math.max(1, Math.min(kept - 1, Math.floor((kept * maxWidth) / mask.width)));
    mask = await renderLine(`${letters.slice(0, kept).join('').trimEnd()}…`, style);
  }
  return mask;
}
