import type { Point } from '../../kernel/index.ts';
import type {
  AlignmentSettings,
  BoxMargin,
  DetectorSettings,
  EmbedderSettings,
  Look,
  Pack,
  PixelPreparation,
  SelectionSettings,
} from '../pack.ts';
import type { Field } from './field.ts';

/** Names of packs are names of folders, on every system. */
const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
/** Windows gives these to devices. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;
export const packNameRule =
  '1 to 64 small letters, digits, dots, dashes and underscores, a letter or digit at both ends';
export const isPackName = (name: string): boolean => namePattern.test(name) && !deviceName.test(name);

/** @throws VisageError `PACK_INVALID` */
export function readPackName(field: Field): string {
  const name = field.text();
  return isPackName(name) ? name : field.fail(packNameRule);
}

const maxSidePx = 100_000;
const share = (field: Field): number => field.number(0, 1);

function readLook(field: Field): Look {
  const { longSidePx, leastFacePx, leastPhotoPx, arithmetic } = field.fields([
    'longSidePx',
    'leastFacePx',
    'leastPhotoPx',
    'arithmetic',
  ]);
  return {
    longSidePx: longSidePx.integer(64, maxSidePx),
    leastFacePx: leastFacePx.number(0, maxSidePx),
    ...leastPhotoPx.optional('leastPhotoPx', (given) => given.number(0)),
    ...arithmetic.optional('arithmetic', (given) => given.choice(['bytes'])),
  };
}

/** @throws VisageError `PACK_INVALID` */
export function readDetector(field: Field): DetectorSettings {
  const given = field.fields([
    'network',
    'looks',
    'photoSidePx',
    'minScore',
    'maxOverlap',
    'minFacePx',
    'scaleFactor',
    'proposalScore',
    'refineScore',
    'rules',
    'boxRule',
    'inputSizePx',
  ]);
  const network = given.network.choice(['ssd-mobilenet-v1', 'mtcnn', 'yunet', 'scrfd']);
  const photoSidePx = given.photoSidePx.integer(64);
  const minScore = share(given.minScore);
  if (network === 'ssd-mobilenet-v1') {
    const { looks, maxOverlap } = field.fields(['network', 'looks', 'photoSidePx', 'minScore', 'maxOverlap']);
    const list = looks.list(1, 16).map(readLook);
    const halved = list.findIndex((look, i) => i > 0 && look.longSidePx !== list[i - 1]!.longSidePx / 2);
    if (halved > 0) looks.at(halved).at('longSidePx').fail('half of the look before');
    return { network, looks: list, photoSidePx, minScore, maxOverlap: share(maxOverlap) };
  }
  if (network === 'mtcnn') {
    const mtcnn = field.fields([
      'network',
      'photoSidePx',
      'minFacePx',
      'scaleFactor',
      'proposalScore',
      'refineScore',
      'minScore',
      'rules',
      'boxRule',
    ]);
    return {
      network,
      photoSidePx,
      minFacePx: mtcnn.minFacePx.number(12, maxSidePx),
      scaleFactor: mtcnn.scaleFactor.number(0.05, 0.95),
      proposalScore: share(mtcnn.proposalScore),
      refineScore: share(mtcnn.refineScore),
      minScore,
      rules: mtcnn.rules.choice(['davidsandberg', 'facenet-pytorch']),
      boxRule: mtcnn.boxRule.choice(['exact', '0.1.0', '0.1.1']),
    };
  }
  const { inputSizePx, maxOverlap } = field.fields([
    'network',
    'inputSizePx',
    'photoSidePx',
    'minScore',
    'maxOverlap',
  ]);
  const size = inputSizePx.integer(32, 4096);
  if (size % 32 !== 0) inputSizePx.fail('a multiple of 32');
  return { network, inputSizePx: size, photoSidePx, minScore, maxOverlap: share(maxOverlap) };
}

function readPoint(field: Field): Point {
  const { x, y } = field.fields(['x', 'y']);
  return { x: x.number(), y: y.number() };
}

function readMargin(field: Field, cropSizePx: number): BoxMargin {
  const { unit, value } = field.fields(['unit', 'value']);
  const kind = unit.choice(['photo-pixels', 'crop-pixels', 'share']);
  const most = kind === 'crop-pixels' ? cropSizePx - 1 : kind === 'share' ? 10 : maxSidePx;
  return { unit: kind, value: value.number(0, most) };
}

/** @throws VisageError `PACK_INVALID` */
export function readAlignment(field: Field): AlignmentSettings {
  const names = ['method', 'cropSizePx', 'template', 'margin', 'fit', 'filter', 'corner'] as const;
  const given = field.fields(names);
  const method = given.method.choice(['landmarks', 'box']);
  const cropSizePx = given.cropSizePx.integer(16, 2048);
  if (method === 'landmarks') {
    const { template } = field.fields(['method', 'cropSizePx', 'template']);
    const points = template.list(5, 5).map(readPoint);
    if (new Set(points.map(({ x, y }) => `${x} ${y}`)).size < 2) template.fail('points that differ');
    return {
      method,
      cropSizePx,
      template: points as unknown as readonly [Point, Point, Point, Point, Point],
    };
  }
  const box = field.fields(['method', 'cropSizePx', 'margin', 'fit', 'filter', 'corner']);
  return {
    method,
    cropSizePx,
    margin: readMargin(box.margin, cropSizePx),
    fit: box.fit.choice(['stretch', 'letterbox']),
    filter: box.filter.choice(['bicubic', 'bilinear', 'nearest', 'area']),
    corner: box.corner.choice(['clip', 'absolute']),
  };
}

/** @throws VisageError `PACK_INVALID` */
export function readPreparation(field: Field): PixelPreparation {
  const { normalisation, colourOrder } = field.fields(['normalisation', 'colourOrder']);
  const order = colourOrder.choice(['rgb', 'bgr']);
  if (typeof normalisation.value !== 'object') {
    return { normalisation: normalisation.choice(['prewhiten', 'prewhiten-unfloored']), colourOrder: order };
  }
  const { mean, divisor } = normalisation.fields(['mean', 'divisor']);
  const by = divisor.number();
  if (by === 0) divisor.fail('a number other than 0');
  return { normalisation: { mean: mean.number(), divisor: by }, colourOrder: order };
}

/** @throws VisageError `PACK_INVALID` */
export function readEmbedder(field: Field): EmbedderSettings {
  const given = field.fields([
    'dimension',
    'mirrored',
    'maxDistance',
    'maxDistanceSource',
    'preparation',
    'maxBatch',
  ]);
  return {
    dimension: given.dimension.integer(1, 65_536),
    mirrored: given.mirrored.boolean(),
    maxDistance: given.maxDistance.number(0, 2),
    ...given.maxDistanceSource.optional('maxDistanceSource', (source) => source.text()),
    ...given.preparation.optional('preparation', readPreparation),
    ...given.maxBatch.optional('maxBatch', (batch) => batch.integer(1, 4096)),
  };
}

function readSelection(field: Field): SelectionSettings {
  const { upright, face, colours } = field.fields(['upright', 'face', 'colours']);
  return {
    upright: upright.boolean(),
    face: face.choice(['main', 'first']),
    ...colours.optional('colours', (given) => given.choice(['srgb', 'stored'])),
  };
}

export const packFieldNames = [
  'name',
  'description',
  'licence',
  'source',
  'trainedOn',
  'selection',
  'detector',
  'alignment',
  'embedder',
] as const;

/** The settings of a pack. @throws VisageError `PACK_INVALID` */
export function readPackFields(fields: Readonly<Record<(typeof packFieldNames)[number], Field>>): Pack {
  return {
    name: readPackName(fields.name),
    description: fields.description.text(),
    licence: fields.licence.text(),
    source: fields.source.text(),
    ...fields.trainedOn.optional('trainedOn', (field) => field.text()),
    ...fields.selection.optional('selection', readSelection),
    detector: readDetector(fields.detector),
    alignment: readAlignment(fields.alignment),
    embedder: readEmbedder(fields.embedder),
  };
}
