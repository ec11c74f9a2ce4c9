import { readFileSync } from 'node:fs';
import { inRepository } from './repository.ts';

/** The fenced blocks of the README in one language, in order. */
export function readmeBlocks(language: string): string[] {
  const text = readFileSync(inRepository('README.md'), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1]!);
}

/** Every line of a shell block, without comments. */
export function readmeCommands(): string[] {
  return readmeBlocks('sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}
