/**
 * Where the five points of a face lie in a crop of 112 × 112 pixels: insightface, utils/face_align.py,
 * `arcface_dst`; OpenCV's face_recognize.cpp has the same.
 */
export const template112 = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
] as const;
