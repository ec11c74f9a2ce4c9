import type { Person } from '../../../gallery/index.ts';
import { VisageError } from '../../../kernel/index.ts';
import type { Service } from '../../service.ts';
import type { AddCompreFaceRoutes } from '../context.ts';
import { failure } from '../failure.ts';
import { isForm } from '../parameters.ts';

const tags = ['CompreFace: recognition'];
const longestName = 50;

/** `{"subject": "…"}`, or the bare string that the .NET SDK sends. @throws CompreFaceFailure */
function subjectIn(body: unknown): string {
  const subject = isForm(body) ? body['subject'] : body;
  if (typeof subject !== 'string' || subject.trim() === '')
    throw failure.invalid('Subject name cannot be empty');
  if (subject.length > longestName)
    throw failure.invalid(`Subject name size must be between 1 and ${longestName}`);
  if (/[;/\\]/.test(subject)) throw failure.specialCharacters();
  return subject;
}

/** The person of that name, in any case. */
export async function subjectNamed({ gallery }: Service, name: string): Promise<Person | undefined> {
  try {
    return await gallery.show(name);
  } catch (thrown) {
    const unknown = thrown instanceof VisageError && /^PERSON_(UNKNOWN|NAME_INVALID)$/.test(thrown.code);
    if (unknown) return undefined;
    throw thrown;
  }
}

export const addSubjectRoutes: AddCompreFaceRoutes = (app, { service }) => {
  const { gallery } = service;
  const inPath = async (params: unknown): Promise<Person> => {
    const { subject } = params as { subject: string };
    if (subject.trim() === '') throw failure.invalid('Subject name is empty; ');
    const person = await subjectNamed(service, subject);
    if (person === undefined) throw failure.subjectUnknown(subject);
    return person;
  };

  app.get(
    '/subjects',
    { config: { scope: 'read' }, schema: { tags, summary: 'List the subjects' } },
    async () => ({ subjects: (await gallery.people()).map(({ name }) => name) }),
  );

  app.post(
    '/subjects',
    { config: { scope: 'write' }, schema: { tags, summary: 'Add a subject' } },
    async (request, reply) => {
      const subject = subjectIn(request.body);
      await service.addPerson(subject);
      return reply.status(201).send({ subject });
    },
  );

  app.put(
    '/subjects/:subject',
    { config: { scope: 'write' }, schema: { tags, summary: 'Rename a subject, or merge it into another' } },
    async (request) => {
      const newName = subjectIn(request.body);
      const person = await inPath(request.params);
      if (person.name === newName) return { updated: false };
      const holder = await subjectNamed(service, newName);
      if (holder === undefined || holder.id === person.id) await gallery.rename({ id: person.id }, newName);
      else await gallery.merge({ id: person.id }, { id: holder.id });
      return { updated: true };
    },
  );

  app.delete(
    '/subjects/:subject',
    { config: { scope: 'write' }, schema: { tags, summary: 'Delete a subject and its faces' } },
    async (request) => {
      const person = await inPath(request.params);
      await gallery.delete({ id: person.id });
      return { subject: person.name };
    },
  );

  app.delete(
    '/subjects',
    { config: { scope: 'write' }, schema: { tags, summary: 'Delete all subjects and all faces' } },
    async () => ({ deleted: await deleteEverybody(service).then(({ people }) => people) }),
  );
};

/** @returns how many people and examples there were */
export async function deleteEverybody({ gallery }: Service): Promise<{ people: number; examples: number }> {
  const everybody = await gallery.people();
  let examples = 0;
  for (const { id } of everybody) examples += (await gallery.delete({ id })).examples;
  return { people: everybody.length, examples };
}
