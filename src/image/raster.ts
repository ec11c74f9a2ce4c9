/** Decoded, upright RGB pixels: row-major, 3 bytes a pixel, `data.length === width * height * 3`. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A decoded photo. */
export interface Photo {
  /** The pixels. Where JPEG shrink-on-load was used they are smaller than the photo; see `scale`. */
  readonly raster: Raster;
  /** Upright size of the photo as stored in the file, in pixels; boxes are reported in these. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the photo per pixel of the raster, ≥ 1. */
  readonly scale: number;
}

/** A photo to look at: the path of an image file, or its bytes with the name to report it under. */
export type PhotoSource = string | { readonly name: string; readonly bytes: Uint8Array };
