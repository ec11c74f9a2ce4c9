import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { ApiNaming } from '../../src/serve/api-types.ts';
import { openServer, type Server } from '../../src/serve/index.ts';
import { samplePhoto } from '../support/bundled-weights.ts';
import { type Field, fileAt, form } from './support/form.ts';
import { stranger } from './support/lone-face.ts';

let server: Server;
before(async () => {
  server = await openServer({ version: '1.2.3', workers: 1 });
});
after(() => server.close());

const photo = await fileAt(samplePhoto('sample1.jpg'));
/** Somebody whom no other test enrols. */
const alone = await stranger();
const post = (url: string, ...fields: readonly Field[]) =>
  server.app.inject({ method: 'POST', url, ...form(...fields) });
const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
  server.app.inject({ method, url: `/api/v1${url}`, ...(payload && { payload }) });

test('a photo is looked at whether it comes in a form or as the body, and remembered faces can be named', async () => {
  const inForm = await post('/api/v1/detect', ['photo', photo]);
  assert.equal(inForm.statusCode, 200, inForm.body);
  const asBody = await server.app.inject({
    method: 'POST',
    url: '/api/v1/detect/',
    headers: { 'content-type': 'image/jpeg' },
    payload: Buffer.from(photo.bytes),
  });
  assert.deepEqual(asBody.json(), inForm.json());
  const { faces, width } = inForm.json();
  assert.ok(width > 0 && faces.length > 0);

  const seen = (await post('/api/v1/identify?remember=true', ['photo', photo])).json();
  assert.equal(seen.faces.length, faces.length);
  assert.deepEqual(
    seen.faces.map(({ name, personId, candidates }: never) => ({ name, personId, candidates })),
    seen.faces.map(() => ({ name: null, personId: null, candidates: [] })),
  );
  const [{ faceId }] = seen.faces;
  const crop = await server.app.inject(`/api/v1/faces/${faceId}/crop`);
  assert.equal(crop.headers['content-type'], 'image/jpeg');
  assert.deepEqual([...crop.rawPayload.subarray(0, 2)], [0xff, 0xd8]);
  const named = await server.app.inject({
    method: 'POST',
    url: '/api/v1/faces/name',
    payload: { name: 'Ada', faceIds: [faceId] },
  });
  assert.equal(named.statusCode, 201, named.body);
  const person = named.json();
  assert.equal(person.name, 'Ada');
  assert.equal(person.examples[0].source, 'sample1.jpg');

  const again = (await post('/api/v1/identify', ['photo', photo])).json();
  assert.equal(again.faces[0].name, 'Ada');
  assert.equal(again.faces[0].personId, person.id);
  assert.equal(again.faces[0].distance, 0);
  assert.equal(again.faces[0].faceId, undefined);
  const forgotten = await server.app.inject(`/api/v1/faces/${faceId}/crop`);
  assert.equal(forgotten.statusCode, 404);
  assert.equal(forgotten.json().error.code, 'FACE_FORGOTTEN');
});

test('people are added, shown, renamed, merged, split and deleted', async () => {
  const added = await post(
    '/api/v1/enroll?keepDuplicates=true',
    ['name', 'Grace'],
    ['photo', photo],
    ['photo', photo],
  );
  assert.equal(added.statusCode, 201, added.body);
  const { person, photos } = added.json();
  assert.equal(person.exampleCount, 2);
  assert.deepEqual(
    photos[0].warnings.map(({ code }: { code: string }) => code),
    ['several-faces'],
  );
  assert.equal(photos[0].quality.verdict, 'good');
  const twin = await post(
    '/api/v1/enroll',
    ['name', 'grace'],
    ['photo', photo],
    ['photo', { fileName: 'no.jpg', bytes: Buffer.from('no') }],
  );
  assert.equal(twin.json().person.exampleCount, 2, 'the picture is there already');
  assert.ok(twin.json().photos[0].warnings.some(({ code }: { code: string }) => code === 'duplicate'));
  assert.equal(twin.json().photos[1].error.code, 'IMAGE_UNREADABLE');
  const byBox = await post('/api/v1/enroll?box=1475,198,201,237', ['name', 'Right'], ['photo', photo]);
  assert.ok(byBox.json().photos[0].box.x > 1400);
  assert.equal((await call('DELETE', `/people/${byBox.json().person.id}`)).statusCode, 200);
  assert.equal(new Set(photos.map(({ exampleId }: { exampleId: number }) => exampleId)).size, 2);
  const people = (await call('GET', '/people')).json().people;
  const grace = people.find(({ name }: { name: string }) => name === 'Grace');
  assert.equal(grace.coverExampleId, photos[0].exampleId);
  assert.equal((await call('GET', `/examples/${grace.coverExampleId}/crop`)).statusCode, 200);

  const twice = await call('POST', '/people', { name: ' GRACE ' });
  assert.deepEqual([twice.statusCode, twice.json().error.code], [409, 'PERSON_EXISTS']);
  const other = (await call('POST', '/people', { name: 'Other' })).json();
  assert.equal((await call('PATCH', `/people/${person.id}`, { name: 'Grace H.' })).json().name, 'Grace H.');
  const split = await call('POST', `/people/${person.id}/split`, {
    exampleIds: [photos[1].exampleId],
    name: 'Twin',
  });
  assert.equal(split.statusCode, 201, split.body);
  const moved = await call('POST', `/examples/${photos[1].exampleId}/move`, { personId: other.id });
  assert.equal(moved.json().exampleCount, 1);
  const merged = (await call('POST', `/people/${person.id}/merge`, { from: other.id })).json();
  assert.deepEqual([merged.exampleCount, merged.merged[0].id], [2, other.id]);
  const freed = await call('POST', `/people/${person.id}/unmerge`, { personId: other.id });
  assert.equal(freed.json().exampleCount, 1);
  assert.deepEqual((await call('DELETE', `/examples/${photos[1].exampleId}`)).json(), {
    examples: 1,
    erased: true,
  });
  assert.equal((await call('DELETE', `/people/${person.id}`)).json().examples, 1);
  const gone = await call('GET', `/people/${person.id}`);
  assert.deepEqual([gone.statusCode, gone.json().error.code], [404, 'PERSON_UNKNOWN']);
});

test('verify compares the main faces of two photos', async () => {
  const same = await post('/api/v1/verify', ['first', photo], ['second', photo]);
  assert.equal(same.statusCode, 200, same.body);
  assert.deepEqual([same.json().same, same.json().distance], [true, 0]);
  assert.ok(same.json().probability > 0.99 && same.json().first.faceCount === 3);
  const two = await post('/api/v1/verify', ['first', photo]);
  assert.deepEqual([two.statusCode, two.json().error.code], [400, 'REQUEST_INVALID']);
});

test('remembered faces of nobody are put together by person', async () => {
  const before = (await call('GET', '/clusters')).json().clusters.length;
  const sights = [
    await post('/api/v1/identify?remember=true', ['photo', alone]),
    await post('/api/v1/identify?remember=true', ['photo', alone]),
  ];
  const ids = sights.map((sight) => sight.json().faces[0].faceId);
  const { clusters } = (await call('GET', '/clusters')).json();
  assert.equal(clusters.length, before + 1);
  const own = clusters.find(({ faces }: { faces: { faceId: string }[] }) =>
    faces.some(({ faceId }) => faceId === ids[0]),
  );
  assert.deepEqual(new Set(own.faces.map(({ faceId }: { faceId: string }) => faceId)), new Set(ids));
  assert.equal(own.faces.length, 2);
  await call('POST', '/faces/name', { name: 'Clustered', faceIds: ids });
  // The gallery has grown, so one who was just near enough to somebody may be nobody again: only these are gone for certain.
  const left = (await call('GET', '/clusters'))
    .json()
    .clusters.flatMap((cluster: typeof own) => cluster.faces);
  assert.ok(left.length > 0 && !left.some(({ faceId }: { faceId: string }) => ids.includes(faceId)));
});

test('what cannot be taken is refused with a code, a sentence and the id of the request', async () => {
  const inject = server.app.inject.bind(server.app);
  const json = { 'content-type': 'application/json' };
  const refused = [
    [await inject('/api/v1/nothing'), 404, 'ROUTE_UNKNOWN'],
    [await inject({ method: 'POST', url: '/api/v1/detect' }), 400, 'REQUEST_INVALID'],
    [
      await inject({ method: 'POST', url: '/api/v1/people', headers: json, payload: '{' }),
      400,
      'REQUEST_INVALID',
    ],
    [
      await inject({
        method: 'POST',
        url: '/api/v1/people',
        headers: { 'content-type': 'text/x' },
        payload: 'a',
      }),
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    [
      await inject({ method: 'POST', url: '/api/v1/people', payload: { name: '\u0000' } }),
      422,
      'PERSON_NAME_INVALID',
    ],
    [await inject('/api/v1/examples/0/crop'), 400, 'REQUEST_INVALID'],
    [await post('/api/v1/detect', ['photo', 'a text']), 400, 'REQUEST_INVALID'],
    [
      await post('/api/v1/detect', ['photo', { fileName: '../../x', bytes: Buffer.from('no') }]),
      422,
      'IMAGE_UNREADABLE',
    ],
  ] as const;
  for (const [answer, status, code] of refused) {
    assert.equal(answer.statusCode, status, answer.body);
    const { error, requestId } = answer.json();
    assert.equal(error.code, code);
    assert.notEqual(error.message, '');
    assert.equal(answer.headers['x-request-id'], requestId);
  }
});

test('the description of the API is OpenAPI 3.1 and covers every route', async () => {
  const api = (await server.app.inject('/openapi.json')).json();
  assert.match(api.openapi, /^3\.1\./);
  for (const [path, routes] of Object.entries<Record<string, { summary?: string }>>(api.paths)) {
    for (const [method, { summary }] of Object.entries(routes)) assert.ok(summary, `${method} ${path}`);
  }
  const answer = (path: string) =>
    api.paths[path].post.responses['200'].content['application/json'].schema.properties.faces.items;
  for (const path of ['/api/v1/identify', '/api/v1/embeddings/identify']) {
    const { properties, required } = answer(path);
    for (const field of ['certainty', 'falseAcceptRate', 'unknown']) {
      assert.ok(properties[field].description, `${path}: ${field} is described`);
      assert.ok(!required.includes(field));
    }
    assert.deepEqual(properties.unknown.properties.reason.enum, ['too-far', 'too-alike', 'poor-face']);
  }
  const detect = api.paths['/api/v1/detect'].post;
  assert.deepEqual(detect.requestBody.content['multipart/form-data'].schema.properties.photo, {
    type: 'string',
    format: 'binary',
  });
  assert.equal((await server.app.inject('/docs/')).statusCode, 200);
});

test('the server tells how it is', async () => {
  assert.deepEqual((await server.app.inject('/healthz')).json(), { status: 'ok' });
  assert.deepEqual((await server.app.inject('/readyz')).json(), { status: 'ready' });
  const status = (await server.app.inject('/api/v1/status')).json();
  assert.deepEqual([status.version, status.pack, status.dimension], ['1.2.3', 'bundled', 128]);
  const { packs } = (await server.app.inject('/api/v1/packs')).json();
  assert.ok(packs.some(({ name, inUse }: { name: string; inUse: boolean }) => name === 'bundled' && inUse));
});

test('the gallery is judged: distances between its examples, and a map', async () => {
  const empty = (await call('GET', '/evaluation')).json();
  assert.equal(empty.maxDistance, 0.42);
  const added = (
    await post('/api/v1/enroll?keepDuplicates=true', ['name', 'One'], ['photo', photo], ['photo', photo])
  ).json();
  const other = await fileAt(samplePhoto('sample2.jpg'));
  const { person, photos } = (await post('/api/v1/enroll', ['name', 'Two'], ['photo', other])).json();
  const judged = await call('GET', '/evaluation');
  assert.equal(judged.statusCode, 200, judged.body);
  const { faces, samePerson, twoPeople, version } = judged.json();
  assert.ok(version > empty.version);
  const pairs = (faces.length * (faces.length - 1)) / 2;
  const counted = [...samePerson, ...twoPeople].reduce((a: number, b: number) => a + b, 0);
  assert.equal(counted, pairs);
  assert.ok(samePerson[0] >= 1, 'the same photo twice lies at distance 0');
  const two = faces.find(({ personId }: { personId: string }) => personId === person.id);
  assert.equal(two.nearestOwn, null);
  const { distance } = (await post('/api/v1/verify', ['first', photo], ['second', other])).json();
  assert.ok(two.nearestOther > 0 && two.nearestOther <= distance + 1e-4);
  const one = faces.find(({ exampleId }: { exampleId: number }) => exampleId === added.photos[0].exampleId);
  assert.equal(one.nearestOwn, 0);

  // By the rule that names faces: as identify says once the example is really gone.
  assert.equal(judged.json().maxFalseAccept, 0.001);
  assert.deepEqual([one.asSeen.outcome, two.asSeen], ['right', null]);
  await call('DELETE', `/people/${person.id}`);
  const seen = (await post('/api/v1/identify', ['photo', other])).json().faces;
  const stranger = seen.find(({ box }: { box: { x: number } }) => box.x === photos[0].box.x);
  assert.equal(two.asStranger.named, stranger.name !== null);
  assert.ok(Math.abs(two.asStranger.falseAcceptRate / stranger.falseAcceptRate - 1) < 0.02);
});

test('the networks of the pack can be had, for browsers that run them', async () => {
  const { pack, networks, withheld } = (await call('GET', '/pack')).json();
  assert.equal(pack.embedder.dimension, 128);
  assert.equal(withheld, undefined);
  assert.deepEqual(
    networks.map(({ part }: { part: string }) => part),
    ['detector', 'detectorBytes', 'landmarks', 'embedder', 'embedderBytes'],
  );
  for (const { id, bytes } of networks) {
    const network = await call('GET', `/pack/networks/${id}`);
    assert.equal(network.statusCode, 200);
    assert.equal(network.rawPayload.length, bytes);
    assert.match(String(network.headers['cache-control']), /private.*immutable/);
    // The id ends in the beginning of the hash of the content.
    const hash = createHash('sha256').update(network.rawPayload).digest('hex');
    assert.ok(id.endsWith(`-${hash.slice(0, 16)}`));
  }
  assert.equal((await call('GET', '/pack/networks/..%2f..%2fpackage.json')).statusCode, 400);
  assert.equal((await call('GET', '/pack/networks/landmarks')).statusCode, 400);
});

const nameEmbeddings = (body: object) => call('POST', '/embeddings/identify', body);
/** What an answer says of whose a face is; why it is nobody's is seen in the photo too. */
const namingOf = ({ name, personId, probability, distance, candidates, certainty, ...rest }: ApiNaming) => ({
  name,
  personId,
  probability,
  distance,
  candidates,
  certainty,
  falseAcceptRate: rest.falseAcceptRate,
});

test('faces that a client has embedded itself get the names that photos of them get', async () => {
  const seen = await server.service.recognizer.locate(samplePhoto('sample1.jpg'));
  const crops = seen.faces.map((face) => server.service.recognizer.crop(seen, face));
  const embeddings = await server.service.recognizer.embed(crops);
  const asked = { pack: 'bundled', embeddings: embeddings.map((embedding) => [...embedding]) };
  await post('/api/v1/enroll?keepDuplicates=true', ['name', 'Embedded'], ['photo', photo]);
  const answer = await nameEmbeddings(asked);
  assert.equal(answer.statusCode, 200, answer.body);
  const fromPhoto = (await post('/api/v1/identify', ['photo', photo])).json();
  assert.deepEqual(answer.json().faces.map(namingOf), fromPhoto.faces.map(namingOf));
  assert.ok(answer.json().faces.some(({ name }: { name: string | null }) => name !== null));
  // Of the text of numbers as a browser writes them, nothing is lost.
  assert.deepEqual(
    embeddings.map((embedding) => Float32Array.from(JSON.parse(JSON.stringify([...embedding])))),
    embeddings,
  );

  const [embedding] = asked.embeddings;
  for (const wrong of [
    { ...asked, pack: 'facenet-128' },
    { ...asked, embeddings: [] },
    { ...asked, embeddings: [embedding!.slice(1)] },
    { ...asked, embeddings: [[...embedding!.slice(1), 1e30]] },
    { ...asked, embeddings: [[...embedding!.slice(1), null]] },
    { ...asked, embeddings: [[...embedding!.slice(1), true]] },
    { ...asked, embeddings: [[...embedding!.slice(1), '0.5']] },
    { ...asked, embeddings: [[...embedding!.slice(1), [0.5]]] },
    { ...asked, embeddings: Array.from({ length: 65 }, () => embedding) },
    { embeddings: asked.embeddings },
  ]) {
    const refused = await nameEmbeddings(wrong);
    assert.deepEqual([refused.statusCode, refused.json().error.code], [400, 'REQUEST_INVALID'], refused.body);
  }
  // A face of nothing but zeros has no direction; it is nobody, and no failure.
  const zeros = await nameEmbeddings({ ...asked, embeddings: [embedding!.map(() => 0)] });
  assert.deepEqual([zeros.statusCode, zeros.json().faces[0].name], [200, null], zeros.body);
});

test('values of a JSON body are what they are: none is turned into another type, queries and paths are', async () => {
  const wrong: readonly (readonly [string, object])[] = [
    ['/people', { name: 5 }],
    ['/people', { name: null }],
    ['/people', { name: ['Ada'] }],
    ['/people/00000000-0000-8000-8000-000000000001/split', { name: 'Ada', exampleIds: [null] }],
    ['/people/00000000-0000-8000-8000-000000000001/split', { name: 'Ada', exampleIds: ['1'] }],
    ['/people/00000000-0000-8000-8000-000000000001/split', { name: 'Ada', exampleIds: 1 }],
    ['/people/00000000-0000-8000-8000-000000000001/merge', { from: true }],
    ['/faces/name', { name: 'Ada', faceIds: 'a' }],
  ];
  for (const [path, body] of wrong) {
    const refused = await call('POST', path, body);
    assert.deepEqual([refused.statusCode, refused.json().error.code], [400, 'REQUEST_INVALID'], path);
  }
  const missing = await call('GET', '/examples/999999999/crop');
  assert.equal(missing.statusCode, 404, missing.body);
});
