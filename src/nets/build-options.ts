/** What every network builder takes. */
export interface BuildOptions {
  /** What error messages call the place the weights come from, e.g. the path of their file. */
  readonly weightsPath?: string;
}

/**
 * Mean colour (R, G, B) that dlib and face-api.js subtract: the mean of dlib's training pictures
 * (dlib/dnn/input.h, input_rgb_image).
 */
export const meanColour: readonly [number, number, number] = [122.782, 117.001, 104.298];
