import { readFile } from 'node:fs/promises';
import { systemReason } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import type { OnnxNetwork } from '../import/adapt-onnx.ts';
import type { Pack } from '../pack.ts';
import { type Field, parseJson } from './field.ts';
import { packFieldNames, readPackFields, readPreparation } from './pack-fields.ts';

/** An ONNX file of a pack, and how it takes pictures. */
export interface DescribedNetwork extends OnnxNetwork {
  /** Which of several files it is: by hash, or by name without folder; of one file alone the embedder. */
  readonly sha256?: string;
  readonly file?: string;
}

/**
 * How a pack is made of ONNX files: its settings and what is needed to feed them. Faces are found by the
 * network of the description, or by the one that comes with Visage (`bundled`).
 */
export interface PackDescription {
  readonly pack: Pack;
  readonly detector: DescribedNetwork | 'bundled';
  readonly embedder: DescribedNetwork;
}

function readOutputs(outputs: Field): Record<string, string> {
  const { value } = outputs;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    outputs.fail('an object: names of outputs by ours');
  }
  return Object.fromEntries(Object.keys(value).map((name) => [name, outputs.at(name).text()]));
}

function readNetwork(field: Field): DescribedNetwork {
  const given = field.fields(['layout', 'preparation', 'outputs', 'sha256', 'file']);
  return {
    layout: given.layout.choice(['nchw', 'nhwc']),
    preparation: readPreparation(given.preparation),
    ...given.outputs.optional('outputs', readOutputs),
    ...given.sha256.optional('sha256', (hash) => hash.text().toLowerCase()),
    ...given.file.optional('file', (file) => file.text()),
  };
}

/** @throws VisageError `PACK_INVALID`, naming the field */
export function readPackDescription(json: Field): PackDescription {
  const fields = json.fields([...packFieldNames, 'networks']);
  const { detector, embedder } = fields.networks.fields(['detector', 'embedder']);
  const described = readNetwork(embedder);
  const settings = readPackFields(fields);
  const { network } = settings.detector;
  const bundled = detector.value === 'bundled';
  if (bundled !== (network === 'ssd-mobilenet-v1')) {
    detector.fail(
      bundled ? `a network of the kind ${network}` : '"bundled", the only ssd-mobilenet-v1 there is',
    );
  }
  if (network === 'mtcnn') json.at('detector').at('network').fail('ssd-mobilenet-v1, yunet, scrfd');
  return {
    pack: { ...settings, embedder: { ...settings.embedder, preparation: described.preparation } },
    detector: bundled ? 'bundled' : readNetwork(detector),
    embedder: described,
  };
}

/** @throws VisageError `PACK_INVALID`, `FILE_NOT_FOUND`, `FILE_UNREADABLE` */
export async function readPackDescriptionFile(path: string): Promise<PackDescription> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT')
      throw visageError('FILE_NOT_FOUND', { path }, thrown);
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
  return readPackDescription(parseJson(text, path));
}
