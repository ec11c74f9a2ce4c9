import { readFile } from 'node:fs/promises';
import { systemReason, writeFileAtomically } from '../formats/index.ts';
import { visageError } from '../kernel/index.ts';
import { classifierFromText, classifierToText } from './classifier-text.ts';
import type { Classifier } from './classifier.ts';
import type { FittedClassifier } from './fitted-classifier.ts';

/**
 * Writes a classifier as readable JSON; an existing file is replaced whole or not at all.
 * @throws VisageError `FILE_UNWRITABLE`
 */
export async function saveClassifier(path: string, classifier: Classifier): Promise<void> {
  await writeFileAtomically(path, classifierToText(classifier));
}

/**
 * Reads a classifier and checks all of it.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `CLASSIFIER_INVALID`
 */
export async function loadClassifier(path: string): Promise<FittedClassifier> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') {
      throw visageError('FILE_NOT_FOUND', { path }, thrown);
    }
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
  return classifierFromText(text, path);
}
