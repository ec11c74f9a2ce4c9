import { setImmediate as breath } from 'node:timers/promises';
import type { Prediction } from '../../classify/index.ts';
import type { GalleryClassifier, LivePerson } from '../../gallery/index.ts';

/** What the classifier of the server would have said of an example. */
export interface RuledFace {
  /** Whose it is. */
  readonly personName: string;
  /** Had it just been seen, with the other examples known; null: the person has no other. */
  readonly asSeen: Prediction | null;
  /** Whose it would be, had the person never been enrolled; null: there is nobody else. */
  readonly asStranger: Prediction | null;
}

/** An example, and whose it is. */
export interface Example {
  readonly exampleId: number;
  readonly personId: string;
  readonly embedding: Float32Array;
}

/**
 * Asks the classifier of each example, once without that example and once without its person: the rule that names
 * faces is judged, whatever it is. One face at a time, with a breath of the event loop after each.
 */
export async function judgeByRule(
  classifier: GalleryClassifier,
  faces: readonly Example[],
  known: readonly LivePerson[],
): Promise<RuledFace[]> {
  const people = new Map(known.map((person) => [person.id, person]));
  const ruled: RuledFace[] = [];
  for (const { exampleId, personId, embedding } of faces) {
    const { name: personName, exampleIds: own } = people.get(personId)!;
    const asSeen = own.length > 1 ? classifier.without(new Set([exampleId])).predict(embedding) : null;
    const asStranger = people.size > 1 ? classifier.without(new Set(own)).predict(embedding) : null;
    ruled.push({ personName, asSeen, asStranger });
    await breath();
  }
  return ruled;
}
