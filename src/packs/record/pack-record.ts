import type { Pack, PackModels } from '../pack.ts';
import type { Field } from './field.ts';
import { packFieldNames, readPackFields } from './pack-fields.ts';

/** The networks of a pack by their part, as {@link PackModels}. */
export type PackPart = Exclude<keyof PackModels, 'detectorBytes' | 'embedderBytes'>;
export const packParts = ['detector', 'refine', 'landmarks', 'embedder'] as const satisfies PackPart[];

/** A network of a pack: a file beside `pack.json`, or one that comes with Visage. */
export type NetworkRecord =
  | {
      readonly file: string;
      readonly sha256: string;
      readonly sizeBytes: number;
      /** Of an embedder that differs from the bundled one in its head alone, as after fine-tuning. */
      readonly trunk?: 'bundled';
    }
  | { readonly bundled: 'detector' | 'landmarks' };

/** A weight file that a network was made from. */
export interface OriginRecord {
  readonly file: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The published file that this is, where its hash tells. */
  readonly published?: string;
}

/** What `pack.json` holds: the pack in full, and its files. */
export interface PackRecord {
  readonly pack: Pack;
  readonly networks: Readonly<Partial<Record<PackPart, NetworkRecord>>>;
  readonly origins: readonly OriginRecord[];
  /** What was assumed and may be wrong, as sentences for people. */
  readonly notes: readonly string[];
}

export const packFile = 'pack.json';
const format = 'visage-pack';
const version = 1;

/** The networks that each detector needs. */
const partsOf = {
  'ssd-mobilenet-v1': ['detector', 'landmarks', 'embedder'],
  mtcnn: ['detector', 'refine', 'landmarks', 'embedder'],
  yunet: ['detector', 'embedder'],
  scrfd: ['detector', 'embedder'],
} as const satisfies Record<Pack['detector']['network'], readonly PackPart[]>;

const readSha256 = (field: Field): string => {
  const hash = field.text();
  return /^[0-9a-f]{64}$/.test(hash) ? hash : field.fail('64 hexadecimal digits');
};

function readNetwork(field: Field): NetworkRecord {
  const { file, sha256, sizeBytes, trunk, bundled } = field.fields([
    'file',
    'sha256',
    'sizeBytes',
    'trunk',
    'bundled',
  ]);
  if (bundled.present) {
    field.fields(['bundled']);
    return { bundled: bundled.choice(['detector', 'landmarks']) };
  }
  const name = file.text();
  // Nothing outside of the pack's own folder.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$/.test(name))
    file.fail('a file name that ends in .onnx, without folders');
  return {
    file: name,
    sha256: readSha256(sha256),
    sizeBytes: sizeBytes.integer(1),
    ...trunk.optional('trunk', (given) => given.choice(['bundled'])),
  };
}

function readOrigin(field: Field): OriginRecord {
  const { file, sha256, sizeBytes, published } = field.fields(['file', 'sha256', 'sizeBytes', 'published']);
  return {
    file: file.text(),
    sha256: readSha256(sha256),
    sizeBytes: sizeBytes.integer(0),
    ...published.optional('published', (given) => given.text()),
  };
}

/** @throws VisageError `PACK_INVALID`, naming the field */
export function readPackRecord(json: Field): PackRecord {
  const fields = json.fields(['format', 'version', ...packFieldNames, 'networks', 'origins', 'notes']);
  fields.format.choice([format]);
  fields.version.integer(version, version);
  const pack = readPackFields(fields);
  const wanted: readonly PackPart[] = partsOf[pack.detector.network];
  const parts = fields.networks.fields(wanted);
  const networks = Object.fromEntries(wanted.map((part) => [part, readNetwork(parts[part])]));
  const { detector, embedder } = networks;
  const bytes =
    pack.detector.network === 'ssd-mobilenet-v1' && pack.detector.looks.some((look) => look.arithmetic);
  if (bytes && detector !== undefined && 'file' in detector) {
    fields.detector.at('looks').fail('without arithmetic where the detector is a file');
  }
  if (embedder !== undefined && 'bundled' in embedder) parts['embedder'].fail('a file');
  return {
    pack,
    networks,
    origins: fields.origins.list(0, 64).map(readOrigin),
    notes: fields.notes.list(0, 64).map((note) => note.text()),
  };
}

/** The text of `pack.json`. The same record gives the same bytes. */
export function writePackRecord({ pack, networks, origins, notes }: PackRecord): string {
  return `${JSON.stringify({ format, version, ...pack, networks, origins, notes }, null, 2)}\n`;
}
