import type { FivePoints, LocatedFace } from '../../detect/index.ts';
import { decodePhoto, exifOrientation, resizeRaster, type Photo, type Raster } from '../../image/index.ts';
import { boxArea, inTurns, unit, type Box } from '../../kernel/index.ts';
import { headPose, type HeadPose } from '../../quality/index.ts';
import type { UploadedFile } from '../http/uploaded-file.ts';
import { photoOf } from '../records.ts';
import type { Service } from '../service.ts';
import { failure } from './failure.ts';
import type { Parameters } from './parameters.ts';
import type { CompreFaceSettings } from './settings.ts';
import { storedPoint } from './stored-pixels.ts';

/** A face of a picture as a client of CompreFace gets it. */
export interface SeenFace {
  /** Corners in whole pixels. */
  readonly box: {
    readonly xMin: number;
    readonly yMin: number;
    readonly xMax: number;
    readonly yMax: number;
  };
  readonly probability: number;
  readonly landmarks: readonly { readonly x: number; readonly y: number }[];
  /** Of the head, as the upright photo shows it; absent where the landmarks span no face. */
  readonly pose: HeadPose | undefined;
  /** Of unit length. Only where asked for. */
  readonly embedding: Float32Array | undefined;
}

export interface SeenPicture {
  /** The largest first. */
  readonly faces: readonly SeenFace[];
  readonly detectorMs: number;
  readonly calculatorMs: number;
}

export interface LookRequest {
  readonly parameters: Pick<Parameters, 'limit' | 'leastScore' | 'detectFaces'>;
  readonly embed: boolean;
  readonly settings: CompreFaceSettings;
  readonly signal: AbortSignal;
}

/**
 * What CompreFace's default build adds to each side of a box, in shares of its width and height
 * (embedding-calculator, facenet.py: `BOX_MARGIN`, left, right, top, bottom).
 */
const margins = { left: 0.213, right: 0.223, top: 0.105, bottom: 0.099 } as const;

/** Finds the faces of a picture, sorts and cuts the list. @throws CompreFaceFailure where there is none */
export async function lookAt(
  { recognizer }: Service,
  file: UploadedFile,
  { parameters, embed, settings, signal }: LookRequest,
): Promise<SeenPicture> {
  const { limit, leastScore, detectFaces } = parameters;
  const source = photoOf(file);
  const start = performance.now();
  const located = detectFaces
    ? await recognizer.locate(source, signal)
    : await wholePicture(await decodePhoto(source, { signal }));
  const detectorMs = performance.now() - start;
  const found = located.faces
    .filter(({ score }) => score > leastScore)
    .toSorted((a, b) => boxArea(b.box) - boxArea(a.box))
    .slice(0, limit === 0 ? undefined : limit);
  if (found.length === 0) throw failure.noFace();
  const crops = await inTurns(embed ? found : [], (face) =>
    detectFaces ? recognizer.crop(located, face) : squareOf(located.photo, cropSizeOf(recognizer)),
  );
  const embeddings = await recognizer.embed(crops, signal);
  const calculatorMs = performance.now() - start - detectorMs;
  const { width, height } = located.photo;
  const orientation = settings.comprefacePixels === 'stored' ? await exifOrientation(file.bytes) : 1;
  const faces = found.map(({ box, score, landmarks }, i): SeenFace => {
    const wide = settings.comprefaceBoxes === 'wide' && detectFaces ? widened(box) : box;
    return {
      box: cornersOf(wide, orientation, width, height),
      probability: score,
      landmarks: landmarks.map((point) => rounded(storedPoint(point, orientation, width, height))),
      pose: headPose(landmarks),
      embedding: embeddings[i] === undefined ? undefined : unit(embeddings[i]),
    };
  });
  return { faces, detectorMs: detectorMs / faces.length, calculatorMs: calculatorMs / faces.length };
}

const cropSizeOf = ({ pack }: Service['recognizer']): number => pack.alignment.cropSizePx;

/** `detect_faces=false`: the picture is the face. */
async function wholePicture(photo: Photo): Promise<{ photo: Photo; faces: readonly LocatedFace[] }> {
  const box = { x: 0, y: 0, width: photo.width, height: photo.height };
  const centre = { x: photo.width / 2, y: photo.height / 2 };
  const landmarks: FivePoints = [centre, centre, centre, centre, centre];
  return { photo, faces: [{ box, score: 1, landmarks }] };
}

const squareOf = ({ raster }: Photo, sizePx: number): Raster =>
  resizeRaster(raster, sizePx, sizePx, 'bilinear');

function widened({ x, y, width, height }: Box): Box {
  return {
    x: x - margins.left * width,
    y: y - margins.top * height,
    width: (1 + margins.left + margins.right) * width,
    height: (1 + margins.top + margins.bottom) * height,
  };
}

function cornersOf(box: Box, orientation: number, width: number, height: number): SeenFace['box'] {
  const corners = [
    { x: inside(box.x, width), y: inside(box.y, height) },
    { x: inside(box.x + box.width, width), y: inside(box.y + box.height, height) },
  ].map((corner) => rounded(storedPoint(corner, orientation, width, height)));
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  return { xMin: Math.min(...xs), yMin: Math.min(...ys), xMax: Math.max(...xs), yMax: Math.max(...ys) };
}

const inside = (value: number, limit: number): number => Math.min(limit, Math.max(0, value));

const rounded = ({ x, y }: { x: number; y: number }) => ({ x: Math.round(x), y: Math.round(y) });
