/** Where pixels are written for a network, as (value − 127.5)/128: red, green and blue in a plane each. */
export interface Planes {
  readonly data: Float32Array;
  /** Place of the first red. */
  readonly start: number;
  /** Numbers from a row to the next. */
  readonly row: number;
  /** Numbers from a colour to the next. */
  readonly plane: number;
}
