import { inceptionResnetV1Options } from '../../../nets/index.ts';
import type { InceptionPreprocessing } from '../../../nets/index.ts';
import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';
import { Option } from 'commander';
import { installedLines } from './pack-view.ts';

const description = `Make a pack of weight files that you have. What a file is, its content says, not its name.

A FaceNet comes as Keras HDF5 (facenet_keras.h5, deepface's and keras-facenet's files), as PyTorch checkpoint (facenet-pytorch), or as frozen TensorFlow graph (davidsandberg/facenet). Give the networks of MTCNN along (det1.npy, det2.npy, det3.npy, or mtcnn_weights.npy, or pnet.pt, rnet.pt, onet.pt); without them the bundled detector finds the faces.

ONNX networks need to be described: SFace, YuNet, ArcFace and SCRFD are known by their hash; for others --description gives a JSON file, see docs/packs.md. Nothing in a file is ever executed.`;

const examples = `
Examples:
  visage models import facenet_keras.h5 det1.npy det2.npy det3.npy
  visage models import my-weights.pt --as mine --preprocessing fixed-128
  visage models import face_recognition_sface_2021dec.onnx face_detection_yunet_2023mar.onnx
  visage models import my-embedder.onnx --description my-embedder.json`;

interface ImportFlags {
  readonly as?: string;
  readonly description?: string;
  readonly preprocessing?: InceptionPreprocessing;
  readonly colourOrder?: 'rgb' | 'bgr';
}

export const registerImport: RegisterAction = (models, run) => {
  const { preprocessing, colourOrder } = inceptionResnetV1Options;
  const command = models
    .command('import')
    .summary('make a pack of weight files')
    .description(description)
    .argument('<file...>', 'weight files that make one pack')
    .option('--as <name>', 'name of the pack (default: that of the published weights)')
    .option('--description <file>', 'JSON that says how ONNX networks are fed')
    .addOption(
      new Option(
        '--preprocessing <choice>',
        `what the pixels become before a FaceNet (${preprocessing.choices.join(', ')}; default: what the weights were trained with)`,
      ).choices(preprocessing.choices),
    )
    .addOption(
      new Option(
        '--colour-order <choice>',
        `order in which a FaceNet takes the colours (${colourOrder.choices.join(', ')}; default: rgb)`,
      ).choices(colourOrder.choices),
    )
    .addHelpText('after', examples);
  addOutputFlags(command).action(async (files: string[], flags: ImportFlags) => {
    const { output, progress, signal } = run;
    run.interruption.kept = 'no pack was made';
    const { importPack, readPackDescriptionFile } = await run.rooms.packs();
    const given =
      flags.description === undefined ? undefined : await readPackDescriptionFile(flags.description);
    const total = files.length;
    progress({ stage: 'importing files', done: 0, total });
    const record = await importPack(files, {
      name: flags.as,
      description: given,
      preprocessing: flags.preprocessing,
      colourOrder: flags.colourOrder,
      signal,
      onWait: (owner) => output.note(`Waiting for ${owner}, which works on the same pack.`),
    });
    progress({ stage: 'importing files', done: total, total });
    output.progress.end();
    const { line, notes } = installedLines(record);
    await output.line(line);
    for (const note of notes) output.note(note);
    const { pack, networks, origins } = record;
    await output.document({ pack, networks, origins, notes: record.notes });
  });
};
