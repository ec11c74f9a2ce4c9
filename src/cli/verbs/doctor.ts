import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import type { CheckResult } from '../doctor/check.ts';
import { checkEverything } from '../doctor/checks.ts';
import type { DefineVerb, Run } from '../run.ts';
import { padCells, printable } from '../view/cells.ts';
import { paint, type Tone } from '../view/style.ts';
import { counted } from '../view/units.ts';

const description = `Look whether everything that Visage needs is there and works.

Checks Node.js and the platform, decodes a picture, runs the networks once, and looks at weights, cache folder, processor and memory. Each line is ok, warn or fail, with what to do about it. Exit code 1 if anything fails.`;

const examples = `
Examples:
  visage doctor
  visage doctor --json`;

const tones: Readonly<Record<CheckResult['status'], Tone>> = { ok: 'good', warn: 'doubtful', fail: 'bad' };

export const defineDoctor: DefineVerb = (command, run) => {
  command.description(description).addHelpText('after', examples);
  addNetworkFlags(command);
  addOutputFlags(command).action(async () => {
    const checks: CheckResult[] = [];
    for await (const check of checkEverything(run, readNetworkFlags(command))) {
      checks.push(check);
      await showCheck(run, check);
    }
    const count = (status: CheckResult['status']): number =>
      checks.filter((check) => check.status === status).length;
    await run.output.document({ ok: count('fail') === 0, checks });
    if (count('fail') > 0) run.fail();
    const found = [counted(count('fail'), 'failure'), counted(count('warn'), 'warning')];
    run.output.note(count('fail') + count('warn') === 0 ? 'Everything is well.' : `${found.join(', ')}.`);
  });
};

// As wide as the longest name of a check; lines appear one by one, so it cannot be measured.
const nameCells = 13;

async function showCheck(run: Run, check: CheckResult): Promise<void> {
  const status = paint(check.status.padEnd(4), tones[check.status], run.output.stdoutTraits.color);
  await run.output.line(`${status}  ${padCells(check.name, nameCells)}  ${printable(check.detail)}`);
  if (check.advice !== undefined)
    await run.output.line(`${' '.repeat(nameCells + 8)}${printable(check.advice)}`);
}
