import { Command } from 'commander';
import type { RegisterVerb, Run } from './run.ts';
import { registerCluster } from './verbs/cluster.ts';
import { registerDemo } from './demo/demo.ts';
import { registerDetect } from './verbs/detect.ts';
import { registerDoctor } from './verbs/doctor.ts';
import { registerEmbed } from './verbs/embed.ts';
import { registerEnroll } from './verbs/enroll.ts';
import { registerEvaluate } from './verbs/evaluate/evaluate.ts';
import { registerFinetune } from './verbs/finetune.ts';
import { registerIdentify } from './verbs/identify.ts';
import { registerKeys } from './verbs/keys/keys.ts';
import { registerModels } from './verbs/models/models.ts';
import { registerPeople } from './verbs/people/people.ts';
import { registerPrepare } from './verbs/prepare.ts';
import { registerServe } from './verbs/serve.ts';
import { registerTrain } from './verbs/train.ts';
import { registerVerify } from './verbs/verify.ts';

/** In the order of the job; `visage --help` lists them so. */
const verbs: readonly RegisterVerb[] = [
  registerPrepare,
  registerEmbed,
  registerTrain,
  registerIdentify,
  registerEnroll,
  registerPeople,
  registerVerify,
  registerCluster,
  registerDetect,
  registerDemo,
  registerEvaluate,
  registerFinetune,
  registerServe,
  registerKeys,
  registerModels,
  registerDoctor,
];

const introduction = `Who is in this photograph? Visage finds the faces in photographs and names them.

The job, start to end:
  visage prepare photos/                       find and cut out the faces
  visage embed faces-dataset.npz               turn each into 128 numbers
  visage train faces-embeddings.npz            learn whose is whose
  visage identify party.jpg --classifier classifier.json`;

const closing = `
Results go to stdout, progress and remarks to stderr; --json gives one JSON document.
Exit codes: 0 done, 1 the work failed, 2 wrong usage.
Each verb explains itself: visage <verb> --help`;

/** The program with all its verbs. Nothing runs until it parses a command line. */
export function createProgram(run: Run, version: string): Command {
  const program = new Command('visage')
    .usage('<verb> [arguments]')
    .description(introduction)
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show this help')
    .helpCommand('help [verb]', 'explain the program or a verb')
    .configureHelp({ subcommandTerm: (verb) => verb.name(), showGlobalOptions: false })
    .addHelpText('after', closing)
    .commandsGroup('Verbs:')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void run.output.raw(text),
      // Commander's own sentences go through the error table; the help that a missing verb shows stays.
      writeErr: (text) =>
        void (text.startsWith('error:') || run.output.json || run.output.note(text.trimEnd())),
    });
  for (const register of verbs) register(program, run);
  return program;
}
