import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { inRepository } from './repository.ts';

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const script = inRepository('dist', 'src', 'cli', 'main.js');

/** Starts the built command line as a process of its own. */
export function startVisage(
  argv: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [script, ...argv], {
    cwd: options.cwd,
    env: { ...process.env, LANG: 'C.UTF-8', NO_COLOR: '1', ...options.env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return { child, ended };
}
/** The script itself, for tests that start it their own way. */
startVisage.script = script;
