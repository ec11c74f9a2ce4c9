import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { paint, type Tone } from '../../view/style.ts';

const description = `Look whether a pack is whole and does what it should: the hashes of its files, and that each network loads and runs.

For facenet-512-vggface2 and facenet-512-casia the distances between five faces are published. Give the folder test_images_aligned of facenet-pytorch (one picture for each of the five) with --faces to compare them. Exit code 1 if anything fails.`;

const examples = `
Examples:
  visage models verify facenet-128
  visage models verify facenet-512-vggface2 --faces test_images_aligned/`;

const tones: Readonly<Record<'ok' | 'fail' | 'skipped', Tone>> = {
  ok: 'good',
  fail: 'bad',
  skipped: 'doubtful',
};

export const registerVerify: RegisterAction = (models, run) => {
  const command = models
    .command('verify')
    .summary('check that a pack is whole and works')
    .description(description)
    .argument('<name>', 'name of a bundled or installed pack')
    .option('--faces <folder>', 'the aligned faces that the published numbers are of')
    .addHelpText('after', examples);
  addOutputFlags(command).action(async (name: string, flags: { faces?: string }) => {
    const { output } = run;
    const { verifyPack } = await run.rooms.packs();
    const checks = await verifyPack(name, { faces: flags.faces, signal: run.signal });
    for (const { name: what, status, detail } of checks) {
      const mark = paint(status.padEnd(7), tones[status], output.stdoutTraits.color);
      await output.line(`${mark}  ${printable(what)}: ${printable(detail)}`);
    }
    const ok = checks.every(({ status }) => status !== 'fail');
    if (!ok) run.fail();
    await output.document({ pack: name, ok, checks });
  });
};
