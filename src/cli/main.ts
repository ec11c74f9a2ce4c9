#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { runCommandLine } from './command-line.ts';
import { rooms } from './rooms.ts';

const { stdin, stdout, stderr, env } = process;

/** Questions go to stderr, for stdout is the result's. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: stdin, output: stderr });
  // The terminal is in raw mode while it asks: Ctrl-C arrives here, not at the process.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await terminal.question(question, { signal });
  } finally {
    terminal.close();
  }
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdout,
  stderr,
  env,
  rooms,
  ...(stdin.isTTY && { ask }),
});
