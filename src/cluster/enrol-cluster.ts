import { type Gallery, type NewExample, personName } from '../gallery/index.ts';
import { visageError } from '../kernel/index.ts';
import { type Album, facesById } from './album.ts';

/** What {@link enrolCluster} did. */
export interface ClusterEnrolment {
  readonly name: string;
  /** Faces that were added to the person, and those that were theirs already. */
  readonly added: number;
  readonly known: number;
}

/**
 * Makes a cluster a person of a gallery, or adds its faces to one who is there: embeddings and crops,
 * those that the person has already left out, so it can be done again when the cluster has grown.
 * @throws VisageError `CLUSTER_UNKNOWN`, `PACK_MISMATCH`, `PERSON_NAME_INVALID`; as `Gallery.add`
 */
export async function enrolCluster(
  gallery: Gallery,
  album: Album,
  number: number,
  name: string,
): Promise<ClusterEnrolment> {
  if (album.pack !== gallery.pack) {
    throw visageError('PACK_MISMATCH', { what: gallery.path, got: gallery.pack, allowed: album.pack });
  }
  const cluster = album.clustering.clusters.find((each) => each.number === number);
  if (cluster === undefined) {
    throw visageError('CLUSTER_UNKNOWN', { got: String(number), path: 'the album' });
  }
  const faces = facesById(album);
  const has = await embeddingsOf(gallery, name);
  const fresh: NewExample[] = [];
  for (const id of cluster.faces) {
    const { face, name: source } = faces.get(id)!;
    if (has.has(keyOf(face.embedding))) continue;
    fresh.push({ embedding: face.embedding, crop: face.crop, source });
  }
  const person = await gallery.add(name, fresh);
  return { name: person.name, added: fresh.length, known: cluster.faces.length - fresh.length };
}

const keyOf = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');

async function embeddingsOf(gallery: Gallery, name: string): Promise<Set<string>> {
  const people = await gallery.people();
  const key = personName(name).key;
  const known = people.find((person) => personName(person.name).key === key);
  if (known === undefined) return new Set();
  const { examples } = await gallery.show(known);
  const keys = new Set<string>();
  for (const { id } of examples) keys.add(keyOf(await gallery.embedding(id)));
  return keys;
}
