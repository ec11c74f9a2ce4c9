import type { FivePoints } from '../detect/index.ts';

/** How a head is turned, in degrees; all three are 0 for a face that looks straight at the camera. */
export interface HeadPose {
  /** Above 0: the nose points to the right of the picture. */
  readonly yaw: number;
  /** Above 0: the face looks up. */
  readonly pitch: number;
  /** Above 0: the head leans clockwise, as seen in the picture. */
  readonly roll: number;
}

/**
 * Where the five points of a face lie in space, in centimetres: x to the right as seen from the
 * front, y up, z towards the viewer. Vertices of MediaPipe's canonical face model
 * (google-ai-edge/mediapipe, face_geometry/data/canonical_face_model.obj): eyes are the means of their
 * corners (33, 133 and 263, 362), the nose tip is vertex 1, the mouth corners are 61 and 291.
 */
const eyeX = (4.445859 + 1.856432) / 2;
const eyeY = (2.663991 + 2.585245) / 2;
const eyeZ = (3.173422 + 3.757904) / 2;
const [mouthX, mouthY, mouthZ] = [2.456206, -4.342621, 4.283884];
const model: readonly (readonly [number, number, number])[] = [
  [-eyeX, eyeY, eyeZ],
  [eyeX, eyeY, eyeZ],
  [0, -1.126865, 7.475604],
  [-mouthX, mouthY, mouthZ],
  [mouthX, mouthY, mouthZ],
];

const count = model.length;
const meanY = model.reduce((sum, [, y]) => sum + y, 0) / count;
const meanZ = model.reduce((sum, [, , z]) => sum + z, 0) / count;
const centred = model.map(([x, y, z]) => [x, y - meanY, z - meanZ] as const);

/** Second moments; those of x with y and z vanish, for the model is symmetric. */
const moment = (i: 0 | 1 | 2, j: 0 | 1 | 2): number => centred.reduce((sum, p) => sum + p[i] * p[j], 0);
const [xx, yy, yz, zz] = [moment(0, 0), moment(1, 1), moment(1, 2), moment(2, 2)];
const determinant = yy * zz - yz * yz;

const degrees = (radians: number): number => (radians * 180) / Math.PI;

/**
 * The pose of a head from five landmarks: the linear map from the model to the picture that fits them
 * best (scaled orthographic projection; DeMenthon and Davis, 1995, first step of POSIT), its rows
 * brought to equal length and a right angle by polar decomposition. The angles are those of
 * R = Rz(roll)·Ry(yaw)·Rx(pitch), so turning the picture changes the roll alone. Heads differ: expect an
 * error of some ten degrees in pitch, less in yaw.
 * @returns undefined where the points do not span a face (they coincide or lie on one line)
 */
export function headPose(landmarks: FivePoints): HeadPose | undefined {
  // Rows of the map: model x, y, z to picture x, and to picture y turned upwards.
  const [u1, u2, u3] = fitRow(landmarks.map(({ x }) => x));
  const [v1, v2, v3] = fitRow(landmarks.map(({ y }) => -y));
  const [uu, uv, vv] = [
    u1 * u1 + u2 * u2 + u3 * u3,
    u1 * v1 + u2 * v2 + u3 * v3,
    v1 * v1 + v2 * v2 + v3 * v3,
  ];
  const root = Math.sqrt(Math.max(0, uu * vv - uv * uv));
  if (!(root > 1e-9 * (uu + vv))) return undefined;
  // The inverse square root of [uu uv; uv vv] is [vv + root, −uv; −uv, uu + root], scaled.
  const scale = 1 / (root * Math.sqrt(uu + vv + 2 * root));
  const [p, q, r] = [(vv + root) * scale, -uv * scale, (uu + root) * scale];
  const first = [p * u1 + q * v1, p * u2 + q * v2, p * u3 + q * v3] as const;
  const second = [q * u1 + r * v1, q * u2 + r * v2, q * u3 + r * v3] as const;
  const third = [
    first[1] * second[2] - first[2] * second[1],
    first[2] * second[0] - first[0] * second[2],
    first[0] * second[1] - first[1] * second[0],
  ] as const;
  return {
    yaw: degrees(-Math.asin(Math.max(-1, Math.min(1, third[0])))),
    pitch: degrees(-Math.atan2(third[1], third[2])),
    roll: degrees(-Math.atan2(second[0], first[0])),
  };
}

/** The row of a linear map that brings the centred model closest to `values` (least squares). */
function fitRow(values: readonly number[]): readonly [number, number, number] {
  let [x, y, z] = [0, 0, 0];
  for (const [i, point] of centred.entries()) {
    x += values[i]! * point[0];
    y += values[i]! * point[1];
    z += values[i]! * point[2];
  }
  return [x / xx, (zz * y - yz * z) / determinant, (yy * z - yz * y) / determinant];
}
