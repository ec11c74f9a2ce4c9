/**
 * Tells whether an ICC profile says what is assumed anyway: sRGB. Most photos carry such a profile,
 * and converting from sRGB to sRGB costs twice as much as decoding the JPEG.
 *
 * Layout: ICC.1:2022, tags `rXYZ gXYZ bXYZ` (colorants, s15Fixed16) and `rTRC gTRC bTRC` (`curv`,
 * `para`). Anything that is not understood counts as not sRGB and goes through the full conversion.
 */

/** Colorants of IEC 61966-2-1 adapted to D50, as the ICC's own sRGB profile stores them. */
const colorants: Readonly<Record<string, readonly [number, number, number]>> = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
};
const colorantTolerance = 0.004;
const curveTolerance = 0.006;

/** The sRGB curve: encoded value in [0, 1] to linear light (IEC 61966-2-1). */
const linearLight = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

function readCurve(view: DataView, offset: number): ((value: number) => number) | undefined {
  const type = view.getUint32(offset);
  const fixed = (index: number): number => view.getInt32(offset + 12 + 4 * index) / 65536;
  if (type === 0x63757276 /* curv */) {
    const count = view.getUint32(offset + 8);
    if (count === 0) return (value) => value;
    if (count === 1) return (value) => value ** (view.getUint16(offset + 12) / 256);
    return (value) => view.getUint16(offset + 12 + 2 * Math.round(value * (count - 1))) / 65535;
  }
  // Function type 3 of parametricCurveType; sRGB needs no other.
  if (type === 0x70617261 /* para */ && view.getUint16(offset + 8) === 3) {
    const [g, a, b, c, d] = [fixed(0), fixed(1), fixed(2), fixed(3), fixed(4)];
    return (value) => (value >= d ? (a * value + b) ** g : c * value);
  }
  return undefined;
}

function readTags(view: DataView): ReadonlyMap<string, number> {
  const tags = new Map<string, number>();
  const count = Math.min(view.getUint32(128), 200);
  for (let i = 0; i < count; i++) {
    const entry = 132 + 12 * i;
    const signature = String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(entry + byte)));
    tags.set(signature, view.getUint32(entry + 4));
  }
  return tags;
}

/** Whether `profile` describes sRGB closely enough that leaving it out changes no pixel visibly. */
export function isSrgbProfile(profile: Uint8Array): boolean {
  try {
    const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
    if (view.getUint32(16) !== 0x52474220 /* 'RGB ' */) return false;
    const tags = readTags(view);
    // With lookup tables the colorants are not what a converter would use.
    if (tags.has('A2B0') || tags.has('A2B1')) return false;
    for (const [name, expected] of Object.entries(colorants)) {
      const offset = tags.get(name);
      if (offset === undefined) return false;
      for (let axis = 0; axis < 3; axis++) {
        const got = view.getInt32(offset + 8 + 4 * axis) / 65536;
        if (Math.abs(got - expected[axis]!) > colorantTolerance) return false;
      }
    }
    for (const name of ['rTRC', 'gTRC', 'bTRC']) {
      const offset = tags.get(name);
      const curve = offset === undefined ? undefined : readCurve(view, offset);
      if (curve === undefined) return false;
      for (let value = 0; value <= 1; value += 1 / 16) {
        if (!(Math.abs(curve(value) - linearLight(value)) <= curveTolerance)) return false;
      }
    }
    return true;
  } catch {
    // Offsets that point outside the profile.
    return false;
  }
}
