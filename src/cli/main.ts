#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';
import { rooms } from './rooms.ts';

const { stdout, stderr, env } = process;
process.exitCode = await runCommandLine(process.argv.slice(2), { stdout, stderr, env, rooms });
