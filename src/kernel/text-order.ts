/**
 * Compares two texts by Unicode code point, the order in which Python, NumPy and so scikit-learn's
 * `LabelEncoder` sort. JavaScript's own order goes by UTF-16 unit and differs where one text has a
 * character beyond U+FFFF (an emoji) and the other one from U+E000 to U+FFFF.
 * @returns negative, 0 or positive
 */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  while (i < shorter && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === shorter) return a.length - b.length;
  // If the texts part inside a pair, their high surrogates are equal and the low ones decide rightly.
  return a.codePointAt(i)! - b.codePointAt(i)!;
}
