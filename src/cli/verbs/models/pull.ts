import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';
import { installedLines } from './pack-view.ts';

const description = `Download a pack and install it. visage models list says which there are.

Each file must have the hash that was published, or nothing is installed. A download that broke off goes on where it stopped. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed. Where a file cannot be had, the error says what to fetch by hand and where to put it.`;

const examples = `
Examples:
  visage models pull facenet-512-vggface2
  visage models pull arcface-mbf --accept-license
  HTTPS_PROXY=http://proxy:3128 visage models pull sface`;

export const registerPull: RegisterAction = (models, run) => {
  const command = models
    .command('pull')
    .summary('download a pack')
    .description(description)
    .argument('<name>', 'name of a pack that can be pulled')
    .option('--accept-license', 'I have read the licence of the weights, and it allows my use')
    .option('--allow-http', 'follow redirects from https to http; hashes are checked all the same')
    .addHelpText('after', examples);
  addOutputFlags(command).action(async (name: string, flags: { acceptLicense?: true; allowHttp?: true }) => {
    const { output, progress, signal } = run;
    run.interruption.kept = 'what was downloaded so far is kept';
    const { pullPack } = await run.rooms.packs();
    const { record, wasThere } = await pullPack(name, {
      acceptLicence: flags.acceptLicense ?? false,
      allowHttp: flags.allowHttp ?? false,
      progress,
      signal,
      onWait: (owner) => output.note(`Waiting for ${owner}, which works on the same files.`),
    });
    output.progress.end();
    const { line, notes } = installedLines(record);
    await output.line(line);
    if (wasThere) output.note('It was installed already.');
    for (const note of notes) output.note(note);
    const { pack, networks, origins } = record;
    await output.document({ pack, networks, origins, notes: record.notes, wasThere });
  });
};
