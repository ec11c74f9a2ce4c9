import type {
  ApiBox,
  ApiCaller,
  ApiClusters,
  ApiDeletion,
  ApiEnrolAnswer,
  ApiEvaluation,
  ApiIdentifyAnswer,
  ApiNamedEmbeddings,
  ApiPackInUse,
  ApiPeople,
  ApiPersonDetails,
  ApiStatus,
} from '../../src/serve/api-types.ts';
import { request, type RequestOptions } from './request.ts';

type Waiting = Pick<RequestOptions, 'signal' | 'onBusy'>;

const formOf = (photos: readonly Blob[], fields: Readonly<Record<string, string>> = {}): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const photo of photos) form.append('photo', photo, photo instanceof File ? photo.name : 'frame.jpg');
  return form;
};
const person = (personId: string): string => `/people/${encodeURIComponent(personId)}`;

export const status = (): Promise<ApiStatus> => request('GET', '/status');
export const caller = (): Promise<ApiCaller> => request('GET', '/session');

/** Has the server keep the key in a cookie that scripts cannot read. */
export const signIn = (key: string): Promise<ApiCaller> =>
  request('POST', '/session', { headers: { 'x-api-key': key } });
export const signOut = (): Promise<unknown> => request('DELETE', '/session');

export const identify = (photo: Blob, remember: boolean, waiting: Waiting = {}): Promise<ApiIdentifyAnswer> =>
  request('POST', `/identify?remember=${remember}`, { form: formOf([photo]), ...waiting });

export const pack = (waiting: Waiting = {}): Promise<ApiPackInUse> => request('GET', '/pack', waiting);

/** Names for faces that were embedded here: the pictures of them are not sent. */
export const nameEmbeddings = (
  packName: string,
  embeddings: readonly Float32Array[],
  waiting: Waiting = {},
): Promise<ApiNamedEmbeddings> =>
  request('POST', '/embeddings/identify', {
    json: { pack: packName, embeddings: embeddings.map((embedding) => [...embedding]) },
    ...waiting,
  });

export const enrol = (
  name: string,
  photos: readonly Blob[],
  waiting: Waiting = {},
  box?: ApiBox,
): Promise<ApiEnrolAnswer> => {
  const query = box === undefined ? '' : `?box=${[box.x, box.y, box.width, box.height].join(',')}`;
  return request('POST', `/enroll${query}`, { form: formOf(photos, { name }), ...waiting });
};

export const people = (): Promise<ApiPeople> => request('GET', '/people');
export const personDetails = (personId: string): Promise<ApiPersonDetails> =>
  request('GET', person(personId));
export const rename = (personId: string, name: string): Promise<ApiPersonDetails> =>
  request('PATCH', person(personId), { json: { name } });
export const deletePerson = (personId: string, keepalive = false): Promise<ApiDeletion> =>
  request('DELETE', person(personId), { keepalive });
export const merge = (personId: string, from: string): Promise<ApiPersonDetails> =>
  request('POST', `${person(personId)}/merge`, { json: { from } });
export const unmerge = (personId: string, mergedId: string): Promise<ApiPersonDetails> =>
  request('POST', `${person(personId)}/unmerge`, { json: { personId: mergedId } });
export const split = (
  personId: string,
  exampleIds: readonly number[],
  name: string,
): Promise<ApiPersonDetails> => request('POST', `${person(personId)}/split`, { json: { exampleIds, name } });

export const moveExample = (exampleId: number, personId: string): Promise<ApiPersonDetails> =>
  request('POST', `/examples/${exampleId}/move`, { json: { personId } });
export const deleteExample = (exampleId: number, keepalive = false): Promise<ApiDeletion> =>
  request('DELETE', `/examples/${exampleId}`, { keepalive });

export const evaluation = (): Promise<ApiEvaluation> => request('GET', '/evaluation');

export const clusters = (): Promise<ApiClusters> => request('GET', '/clusters');
export const nameFaces = (name: string, faceIds: readonly string[]): Promise<ApiPersonDetails> =>
  request('POST', '/faces/name', { json: { name, faceIds } });
export const forgetFace = (faceId: string): Promise<unknown> =>
  request('DELETE', `/faces/${encodeURIComponent(faceId)}`);

/** Addresses of pictures, for `<img>`. */
export const faceCrop = (faceId: string): string => `/api/v1/faces/${encodeURIComponent(faceId)}/crop`;
export const exampleCrop = (exampleId: number): string => `/api/v1/examples/${exampleId}/crop`;
