import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { tableLines } from '../../view/table.ts';
import { packRecord } from './pack-view.ts';

const description = `Say everything about a pack: what finds and what embeds the faces, how they are cut out and prepared, where the weights come from and under which licence.

Of a pack that can be pulled, the files and their hashes; of an installed one, its files and what was assumed.`;

const examples = `
Examples:
  visage models info bundled
  visage models info facenet-128 --json`;

export const registerInfo: RegisterAction = (models, run) => {
  const command = models
    .command('info')
    .summary('say everything about a pack')
    .description(description)
    .argument('<name>', 'name of a pack')
    .addHelpText('after', examples);
  addOutputFlags(command).action(async (name: string) => {
    const { knownPack, packCalibration } = await run.rooms.packs();
    const known = await knownPack(name);
    const { pack, record, published, state } = known;
    // Whatever is wrong with it, the rest can be told.
    const calibration = pack && (await packCalibration(name).catch(() => undefined));
    const rows: string[][] = [
      ['name', name],
      ['state', state],
    ];
    const describe = (key: string, value: string | number | object | undefined): void => {
      if (value === undefined) return;
      rows.push([key, printable(typeof value === 'object' ? JSON.stringify(value) : String(value))]);
    };
    describe('description', pack?.description ?? published?.description);
    describe('licence', pack?.licence ?? published?.licence);
    describe('source', pack?.source ?? published?.settings?.source ?? published?.onnx?.pack.source);
    // An installed pack need not be of the published weights, whatever its name is.
    describe('trained on', pack === undefined ? published?.trainedOn : pack.trainedOn);
    describe('numbers', pack?.embedder.dimension ?? published?.dimension);
    if (pack !== undefined) {
      const { maxDistance, maxDistanceSource } = pack.embedder;
      describe(
        'max distance',
        `${maxDistance} (${maxDistanceSource ?? 'uncalibrated: nobody says where it comes from'})`,
      );
    }
    describe(
      'calibration',
      calibration && `from ${calibration.people} people, ${calibration.faces} faces (${calibration.source})`,
    );
    for (const part of ['detector', 'alignment', 'embedder', 'selection'] as const)
      describe(part, pack?.[part]);
    for (const [part, network] of Object.entries(record?.networks ?? {}))
      describe(`${part} network`, network);
    for (const origin of record?.origins ?? []) describe('made from', origin);
    for (const note of record?.notes ?? []) describe('note', note);
    if (record === undefined) {
      for (const { what, sources } of published?.files ?? []) {
        for (const { url, sizeBytes, sha256, member } of sources) {
          describe(
            what,
            `${url}${member ? ` (${member.path} in it)` : ''}, SHA-256 ${sha256}${sizeBytes === undefined ? '' : `, ${sizeBytes} bytes`}`,
          );
        }
      }
    }
    for (const line of tableLines(rows)) await run.output.line(line);
    await run.output.document({
      ...packRecord(known),
      ...(pack && { pack }),
      ...(calibration && {
        calibration: {
          people: calibration.people,
          faces: calibration.faces,
          source: calibration.source,
        },
      }),
      ...(record && { networks: record.networks, origins: record.origins }),
      ...(published && { files: published.files }),
    });
  });
};
