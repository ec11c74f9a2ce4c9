import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { lockedRooms, recordCommandLine, Recording } from './recording.ts';

/** Command lines that say nothing sensible, and what they are told. No room is entered for any of them. */
const wrong: readonly (readonly [argv: readonly string[], message: RegExp, hint: string])[] = [
  [[], /^A verb is missing/, 'See visage --help.'],
  [['identfy'], /^Unknown verb 'identfy'\. Did you mean identify\?$/, 'See visage --help.'],
  [
    ['identify', '--jsom', 'a.jpg'],
    /^Unknown option '--jsom'\. Did you mean --json\?$/,
    'See visage identify --help.',
  ],
  [['help', 'identfy'], /^Unknown verb 'identfy'\. Did you mean identify\?$/, 'See visage --help.'],
  [['people', 'shw'], /^Unknown verb 'shw'\. Did you mean show\?$/, 'See visage people --help.'],
  [['people', 'show'], /^Missing required argument 'name'\.$/, 'See visage people show --help.'],
  [['detect'], /^Missing required argument 'photo'\.$/, 'See visage detect --help.'],
  [['identify', 'a.jpg'], /--classifier/, 'See visage identify --help.'],
  [['detect', '--draw'], /^Option '--draw <folder>' argument missing\.$/, 'See visage detect --help.'],
  [
    ['doctor', 'now'],
    /^Too many arguments for 'doctor'\. Expected 0 arguments but got 1\.$/,
    'See visage doctor --help.',
  ],
];

for (const [argv, message, hint] of wrong) {
  test(`visage ${argv.join(' ')}: exit code 2, in both forms`, async () => {
    const plain = await recordCommandLine(argv);
    assert.equal(plain.exitCode, 2);
    assert.equal(plain.stdout, '');
    const lines = plain.stderr.trimEnd().split('\n');
    assert.equal(lines.at(-1), `hint: ${hint}`);
    assert.match(lines.at(-2)!.replace(/^error USAGE: /, ''), message);
    if (argv.length > 0) assert.equal(lines.length, 2);

    const words = argv.findIndex((word) => word.startsWith('-'));
    const at = words === -1 ? argv.length : words;
    const json = await recordCommandLine([...argv.slice(0, at), '--json', ...argv.slice(at)]);
    assert.equal(json.exitCode, 2);
    assert.equal(json.stderr, '');
    const { error } = JSON.parse(json.stdout) as { error: { code: string; message: string; hint: string } };
    assert.equal(error.code, 'USAGE');
    if (argv.length > 0) assert.match(error.message, message);
  });
}

test('a document that goes to a file leaves the person at the terminal not without a word', async () => {
  const [stdout, stderr] = [new Recording(), new Recording({ isTTY: true })];
  const env = { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' };
  assert.equal(await runCommandLine(['identfy', '--json'], { stdout, stderr, env, rooms: lockedRooms }), 2);
  assert.equal((JSON.parse(stdout.text) as { error: { code: string } }).error.code, 'USAGE');
  assert.match(stderr.text, /Unknown verb 'identfy'/);
});

test('a wrong value names the flag', async () => {
  const { exitCode, stderr } = await recordCommandLine(['detect', '--workers', 'many', 'a.jpg']);
  assert.equal(exitCode, 2);
  assert.match(
    stderr,
    /^error OPTION_INVALID: visage detect: option --workers is "many"; allowed: a whole number from 0 to 64\.\n/,
  );
});

test('what follows -- is a photo, also where it looks like a flag', async () => {
  const { stdout } = await recordCommandLine(['detect', '--', '--json']);
  assert.equal(stdout, '');
});

test('help and version: on stdout, exit code 0', async () => {
  for (const argv of [['--help'], ['help'], ['identify', '--help'], ['help', 'identify'], ['--version']]) {
    const { exitCode, stdout, stderr } = await recordCommandLine(argv);
    assert.equal(exitCode, 0, argv.join(' '));
    assert.equal(stderr, '');
    assert.match(stdout, /^Usage: visage|^\d+\.\d+\.\d+\n$/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 100, `too long for a terminal: ${line}`);
  }
});

test('a fault shows no stack unless asked', async () => {
  const plain = await recordCommandLine(['detect', 'a.jpg']);
  assert.equal(plain.exitCode, 1);
  assert.equal(
    plain.stderr,
    'error INTERNAL: Something went wrong inside Visage: the room dataset was entered.\nhint: Run again with --debug and report what it prints.\n',
  );
  const debug = await recordCommandLine(['detect', '--debug', 'a.jpg']);
  assert.match(debug.stderr, /caused by Error: the room dataset was entered\n {4}at /);
});
