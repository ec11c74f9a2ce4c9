import type { ApiIdentifiedFace } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { count } from '../../components/count.ts';
import { notify, tellFailure } from '../../state/notices.ts';
import { loadPeople, personNamed } from '../../state/people.ts';
import { lookAgain } from '../../state/photos.ts';

/** Takes a face as an example of the person it is said to be, then looks at all photos again. */
export async function learn(face: ApiIdentifiedFace, name: string): Promise<void> {
  if (face.faceId === undefined) return;
  const isNew = personNamed(name) === undefined;
  try {
    const person = await api.nameFaces(name, [face.faceId]);
    const example = person.examples.at(-1);
    const known = `I now know ${person.name} by ${count(person.exampleCount, 'face')}.`;
    notify({
      tone: 'done',
      text: isNew ? `${person.name} is new. ${known}` : known,
      undo: () => {
        const undone = isNew ? api.deletePerson(person.id) : api.deleteExample(example!.id);
        undone.then(refresh).catch(tellFailure);
      },
    });
    await refresh();
  } catch (thrown) {
    tellFailure(thrown);
  }
}

async function refresh(): Promise<void> {
  await loadPeople();
  lookAgain();
}
