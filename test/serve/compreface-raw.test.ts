/**
 * What other clients of CompreFace put on the wire, as read in their code: the Python SDK, the .NET SDK, Double
 * Take, Viseron, the web page of CompreFace, a Stash plugin, and what people type with curl.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KeyFile, openServer, type Server } from '../../src/serve/index.ts';
import { ImageIds } from '../../src/serve/compreface/image-id.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { type Field, fileAt, form } from './support/form.ts';
import { loneFace } from './support/lone-face.ts';

let folder: string;
let server: Server;
let key: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-raw-'));
  const keys = new KeyFile(join(folder, 'keys'));
  key = (await keys.create('raw', 'write', 'uuid')).secret;
  server = await openServer({ keysPath: keys.path, workers: 1 });
});
after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const recognition = '/api/v1/recognition';
const alone = await loneFace();

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'PATCH';
const send = (method: Method, url: string, headers: Record<string, string> = {}, payload?: string | object) =>
  server.app.inject({
    method,
    url,
    headers: { 'x-api-key': key, ...headers },
    ...(payload !== undefined && { payload }),
  });
const sendForm = (url: string, ...fields: readonly Field[]) => {
  const { headers, payload } = form(...fields);
  return send('POST', url, headers, payload);
};
const json = { 'content-type': 'application/json' };
const told = (answer: { statusCode: number; json(): { code?: number; message?: string } }) => {
  const { code, message } = answer.json();
  return [answer.statusCode, code, message];
};
const similarities = (answer: { json(): { result: { similarity: number }[] } }) =>
  answer.json().result.map(({ similarity }) => similarity);
const clear = () => send('DELETE', `${recognition}/subjects`);

test('the Python SDK: ?&, True and False, image.jpg, JSON types without a body, an extra property', async () => {
  const added = await sendForm(`${recognition}/faces?subject=Ann&det_prob_threshold=0.4`, ['file', alone]);
  assert.equal(added.statusCode, 201, added.body);
  assert.equal(added.json().subject, 'Ann');
  const seen = await sendForm(
    `${recognition}/recognize?&limit=0&det_prob_threshold=0.4&prediction_count=1&status=False`,
    ['file', alone],
  );
  assert.equal(seen.statusCode, 200, seen.body);
  assert.deepEqual(seen.json().result[0].subjects, [{ subject: 'Ann', similarity: 1 }]);
  assert.equal(seen.json().plugins_versions, undefined);
  assert.match(seen.body, /"similarity" : 1\.0/, 'a double, as typed clients expect');
  assert.equal((await sendForm(`${recognition}/recognize?`, ['file', alone])).statusCode, 200);
  assert.deepEqual((await send('GET', `${recognition}/subjects`, json)).json(), { subjects: ['Ann'] });
  const renamed = await send('PUT', `${recognition}/subjects/Ann`, json, {
    subject: 'Anne',
    api_endpoint: 'Ann',
  });
  assert.deepEqual(renamed.json(), { updated: true });
  assert.deepEqual((await send('DELETE', `${recognition}/subjects/Anne`, json)).json(), { subject: 'Anne' });
  assert.deepEqual((await send('DELETE', `${recognition}/subjects`, json)).json(), { deleted: 0 });
});

test('the .NET SDK: trailing slashes, a threshold of 0, empty parameters, a bare string, pages, pictures', async () => {
  const [first, second] = await Promise.all([
    send('POST', `${recognition}/faces?subject=A`, json, {
      file: Buffer.from(alone.bytes).toString('base64'),
    }),
    sendForm(`${recognition}/faces?subject=B&det_prob_threshold=0`, ['file', alone]),
  ]);
  assert.deepEqual([first.statusCode, second.statusCode], [201, 201]);
  assert.deepEqual((await send('GET', `${recognition}/subjects/`)).json(), { subjects: ['A', 'B'] });
  const renamed = await send('PUT', `${recognition}/subjects/A`, json, '"new name"');
  assert.deepEqual(renamed.json(), { updated: true });
  const page = (await send('GET', `${recognition}/faces?page=1&size=1&subject=`)).json();
  assert.deepEqual([page.page_size, page.page_number, page.total_elements, page.total_pages], [1, 1, 2, 2]);
  assert.equal(page.faces.length, 1);
  const others = (await send('GET', `${recognition}/faces?page=x&size=0&subject=b`)).json();
  assert.deepEqual([others.page_number, others.page_size, others.faces], [0, 20, []]);
  const id: string = first.json().image_id;
  for (const [url, headers] of [
    [`${recognition}/faces/${id}/img`, {}],
    [`/api/v1/static/${key}/images/${id}`, { 'x-api-key': '' }],
  ] as const) {
    const picture = await send('GET', url, headers);
    assert.equal(picture.headers['content-type'], 'application/octet-stream');
    assert.deepEqual([...picture.rawPayload.subarray(0, 2)], [0xff, 0xd8]);
  }
  const nowhere = await send('GET', `${recognition}/faces/${new ImageIds('another').of(1)}/img`);
  assert.deepEqual([nowhere.statusCode, nowhere.rawPayload.length], [200, 0]);
  const detected = await sendForm(
    '/api/v1/detection/detect?limit=0&det_prob_threshold=0&face_plugins=&status=False',
    ['file', alone],
  );
  assert.equal(detected.statusCode, 200);
  await clear();
});

test('Double Take: "undefined" as a plugin, "no face" as code 28, training and untraining', async () => {
  const trained = await sendForm(`${recognition}/faces?subject=Jo`, ['file', alone]);
  assert.equal(trained.statusCode, 201);
  const url = `${recognition}/recognize?face_plugins=undefined&det_prob_threshold=0.4`;
  const { result } = (await sendForm(url, ['file', alone])).json();
  assert.equal(result[0].subjects[0].subject, 'Jo');
  assert.ok(result[0].box.x_max > result[0].box.x_min);
  const grey = { fileName: 'x.jpg', bytes: Buffer.from('nothing that is a picture') };
  assert.deepEqual(told(await sendForm(url, ['file', grey])), [
    400,
    28,
    'No face is found in the given image',
  ]);
  assert.deepEqual((await send('DELETE', `${recognition}/faces?subject=jo`)).json(), { deleted: 1 });
  assert.deepEqual((await send('DELETE', `${recognition}/faces?subject=jo`)).json(), { deleted: 0 });
  assert.deepEqual((await send('GET', `${recognition}/subjects`)).json(), { subjects: [] });
});

test('the page of CompreFace and curl: repeated plugins, parameters among the parts of the form', async () => {
  const added = await sendForm(`${recognition}/faces/`, ['subject', 'Zoë & co'], ['file', alone]);
  assert.deepEqual([added.statusCode, added.json().subject], [201, 'Zoë & co']);
  const plugins = 'face_plugins=landmarks&face_plugins=gender&face_plugins=calculator';
  const seen = (
    await sendForm(`${recognition}/recognize?${plugins}`, ['file', alone], ['limit', '1'])
  ).json();
  assert.equal(seen.result.length, 1);
  assert.equal(seen.result[0].landmarks.length, 5);
  assert.equal(seen.result[0].embedding.length, 128);
  assert.equal(seen.result[0].gender, undefined);
  const listed = (await send('GET', `${recognition}/faces?size=15&subject=&page=`)).json();
  assert.deepEqual(listed.faces, [added.json()]);
  const config = (await send('GET', '/api/v1/config', { 'x-api-key': '' })).json();
  assert.ok(config.clientMaxFileSize > 0);
  assert.equal((await send('GET', '/api/v1/consistence/status', { 'x-api-key': '' })).json().status, 'OK');
  const whole = (await sendForm(`${recognition}/recognize?detect_faces=no`, ['file', alone])).json();
  assert.deepEqual(
    [whole.result.length, whole.result[0].box.probability, whole.result[0].box.x_min],
    [1, 1, 0],
  );
  await clear();
});

test('embeddings: named, compared with an example, compared with each other; best first', async () => {
  const { image_id: id } = (await sendForm(`${recognition}/faces?subject=E`, ['file', alone])).json();
  const url = `${recognition}/recognize?face_plugins=landmarks%2Cgender%2Cage%2Ccalculator%2Cmask`;
  const { embedding } = (await sendForm(url, ['file', alone])).json().result[0];
  const opposite = embedding.map((value: number) => -3 * value);
  const named = await send('POST', `${recognition}/embeddings/recognize?prediction_count=2`, json, {
    embeddings: [opposite, embedding],
  });
  const { result } = named.json();
  assert.deepEqual(result[0].similarities, [{ subject: 'E', similarity: 0 }]);
  assert.deepEqual(result[1].similarities, [{ subject: 'E', similarity: 1 }]);
  assert.deepEqual(result[1].embedding, embedding);
  const held = await send('POST', `${recognition}/embeddings/faces/${id}/verify`, json, {
    embeddings: [opposite, embedding],
  });
  assert.deepEqual(similarities(held), [1, 0]);
  const both = await send('POST', '/api/v1/verification/embeddings/verify', json, {
    source: embedding,
    targets: [opposite, embedding],
  });
  assert.deepEqual(similarities(both), [1, 0]);
  const post = (path: string, body: object) => send('POST', `/api/v1${path}`, json, body);
  assert.deepEqual(told(await post('/recognition/embeddings/recognize', {})), [
    400,
    5,
    'Field embeddings cannot be empty',
  ]);
  assert.deepEqual(told(await post('/verification/embeddings/verify', { targets: [embedding] })), [
    400,
    5,
    'Field source cannot be empty',
  ]);
  assert.equal(told(await post('/recognition/embeddings/recognize', { embeddings: [[1, 2]] }))[0], 400);
  await clear();
});

test('failures have the status, code and sentence of CompreFace', async () => {
  const file: Field = ['file', alone];
  const post = (body: object | string) => send('POST', `${recognition}/subjects`, json, body);
  const cases = [
    [await send('GET', `${recognition}/subjects`, { 'x-api-key': '' }), 400, 20, 'Missing header: x-api-key'],
    [
      await send('GET', `${recognition}/subjects`, { 'x-api-key': 'x' }),
      400,
      26,
      'Service API key should be UUID',
    ],
    [
      await send('POST', '/api/v1/detection/detect', { 'x-api-key': '00000000-0000-0000-0000-000000000003' }),
      404,
      10,
      'Detection service with API Key 00000000-0000-0000-0000-000000000003 not found',
    ],
    [await sendForm(`${recognition}/faces`, file), 400, 33, 'Required parameter subject is missing'],
    [await sendForm(`${recognition}/faces?subject=%20`, file), 400, 26, 'Subject name is empty; '],
    [
      await sendForm(`${recognition}/faces?subject=a`, ['other', alone]),
      400,
      34,
      'Required part file is missing',
    ],
    [
      await sendForm(`${recognition}/recognize`, ['file', 'a text']),
      400,
      34,
      'Required part file is missing',
    ],
    [
      await sendForm(`${recognition}/recognize`, ['file', { ...alone, fileName: 'blob' }]),
      400,
      21,
      'File [blob] has an unavailable extension',
    ],
    [
      await send('POST', `${recognition}/recognize`, json, { file: 'data:image/jpeg;base64,/9j/' }),
      400,
      21,
      'Provided value is not Base64',
    ],
    [await send('POST', `${recognition}/recognize`, json, {}), 400, 5, 'Field content cannot be empty'],
    [
      await send('POST', '/api/v1/verification/verify', json, { target_image: 'AAAA' }),
      400,
      5,
      'Field sourceImageBase64 cannot be empty',
    ],
    [
      await sendForm('/api/v1/verification/verify', ['source_image', alone]),
      400,
      34,
      'Required part target_image is missing',
    ],
    [
      await sendForm(`${recognition}/recognize?limit=-1`, file),
      400,
      26,
      'Limit should be equal or greater than 0; ',
    ],
    [
      await sendForm(`${recognition}/recognize?prediction_count=0`, file),
      400,
      26,
      'prediction_count should be equal or greater than 1; ',
    ],
    [
      await sendForm(`${recognition}/recognize?det_prob_threshold=1.5`, file),
      400,
      28,
      'No face is found in the given image',
    ],
    [await post({ subject: ' ' }), 400, 26, 'Subject name cannot be empty'],
    [await post({ subject: 'x'.repeat(51) }), 400, 26, 'Subject name size must be between 1 and 50'],
    [
      await post({ subject: 'a/b' }),
      400,
      36,
      "The name cannot contain the following special characters: ';', '/', '\\'",
    ],
    [await send('DELETE', `${recognition}/subjects/nobody`), 404, 42, 'Subject nobody not found'],
    [
      await send('PUT', `${recognition}/subjects/nobody`, json, { subject: 'x' }),
      404,
      42,
      'Subject nobody not found',
    ],
    [
      await send('DELETE', `${recognition}/faces/00000000-0000-0000-0000-000000000001`),
      404,
      44,
      'Image 00000000-0000-0000-0000-000000000001 not found',
    ],
    [
      await sendForm(`${recognition}/faces/00000000-0000-0000-0000-000000000001/verify`, file),
      404,
      44,
      'Image Id is incorrect',
    ],
    [await send('PATCH', `${recognition}/subjects`), 404, 0, "Request method 'PATCH' not supported"],
  ] as const;
  for (const [answer, ...expected] of cases) assert.deepEqual(told(answer), expected);
  for (const odd of [
    await send('DELETE', `${recognition}/faces/no-uuid`),
    await post('{'),
    await sendForm(`${recognition}/recognize?limit=x`, file),
    await send('POST', `${recognition}/faces/delete`, json, { not: 'a list' }),
    await send(
      'POST',
      `${recognition}/recognize`,
      { 'content-type': 'image/jpeg' },
      Buffer.from(alone.bytes),
    ),
    await send('GET', `${recognition}/nothing`),
  ]) {
    assert.ok(odd.statusCode >= 400 && odd.statusCode < 500, odd.body);
    assert.deepEqual(Object.keys(odd.json()), ['message', 'code']);
  }
});

test('renaming merges into a subject that is there, and knows equal names', async () => {
  for (const name of ['One', 'Two']) await sendForm(`${recognition}/faces?subject=${name}`, ['file', alone]);
  const rename = async (from: string, to: string) =>
    (await send('PUT', `${recognition}/subjects/${from}`, json, { subject: to })).json();
  assert.deepEqual(await rename('One', 'One'), { updated: false });
  assert.deepEqual(await rename('one', 'ONE'), { updated: true });
  assert.deepEqual(await rename('ONE', 'two'), { updated: true });
  assert.deepEqual((await send('GET', `${recognition}/subjects`)).json(), { subjects: ['Two'] });
  const { faces } = (await send('GET', `${recognition}/faces`)).json();
  assert.deepEqual(
    faces.map(({ subject }: { subject: string }) => subject),
    ['Two', 'Two'],
  );
  await clear();
});

test('pages of others may ask with a key, as CompreFace lets them', async () => {
  const asked = await send('OPTIONS', `${recognition}/recognize`, {
    origin: 'http://elsewhere',
    'x-api-key': '',
  });
  assert.equal(asked.statusCode, 204);
  assert.match(String(asked.headers['access-control-allow-headers']), /x-api-key/);
  const answered = await send('GET', `${recognition}/subjects`, { origin: 'http://elsewhere' });
  assert.equal(answered.headers['access-control-allow-origin'], '*');
  assert.equal(answered.headers['cross-origin-resource-policy'], 'cross-origin');
  assert.equal((await send('GET', '/')).statusCode, 200);
});

const photosOf = (split: string, name: string) =>
  readdirSync(inShared('data/celeb6', split, name))
    .sort()
    .map((file) => inShared('data/celeb6', split, name, file));

describe('the six people of celeb6', { skip: skipWithoutShared('data/celeb6') }, () => {
  const names = ['ben_afflek', 'elton_john', 'jerry_seinfeld', 'madonna', 'mindy_kaling', 'roger_federer'];

  test('are recognised at a similarity of 0.5 after two photos each', async () => {
    for (const name of names) {
      let added = 0;
      for (const path of photosOf('train', name)) {
        if (added === 2) break;
        const photo = { ...(await fileAt(path)), fileName: 'photo.jpg' };
        const answer = await sendForm(`${recognition}/faces?subject=${name}`, ['file', photo]);
        if (answer.statusCode === 201) added++;
        else assert.equal(answer.json().code, 31, 'one of the photos shows two people');
      }
    }
    let [right, wrong] = [0, 0];
    for (const name of names) {
      for (const path of photosOf('val', name).slice(0, 3)) {
        const photo = { ...(await fileAt(path)), fileName: 'photo.jpg' };
        const { result } = (await sendForm(`${recognition}/recognize?limit=1`, ['file', photo])).json();
        const [{ subject, similarity }] = result[0].subjects;
        if (similarity < 0.5) continue;
        if (subject === name) right++;
        else wrong++;
      }
    }
    assert.equal(wrong, 0);
    assert.ok(right >= 17, `${right} of 18`);
    await clear();
  });
});
