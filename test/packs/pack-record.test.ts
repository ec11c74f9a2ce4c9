import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anything, assert as check, constantFrom, property } from 'fast-check';
import { VisageError } from '../../src/kernel/index.ts';
import { arcfaceMobile, arcfaceR50 } from '../../src/packs/descriptions/arcface.ts';
import { facenetPack } from '../../src/packs/descriptions/facenet.ts';
import { sface } from '../../src/packs/descriptions/sface.ts';
import { bundled } from '../../src/packs/bundled.ts';
import { publishedPacks, type Pack } from '../../src/packs/index.ts';
import { Field, parseJson } from '../../src/packs/record/field.ts';
import { readPackDescription } from '../../src/packs/record/pack-description.ts';
import { readPackRecord, writePackRecord, type PackRecord } from '../../src/packs/record/pack-record.ts';
import { isPackName } from '../../src/packs/record/pack-fields.ts';

const file = { file: 'embedder.onnx', sha256: 'ab'.repeat(32), sizeBytes: 12 };
const borrowed = { detector: { bundled: 'detector' }, landmarks: { bundled: 'landmarks' } } as const;
const facenet = facenetPack({
  name: 'facenet-128',
  description: 'a FaceNet',
  licence: 'unknown',
  source: 'a file',
  trainedOn: 'faces',
  dimension: 128,
  preparation: { normalisation: 'prewhiten', colourOrder: 'rgb' },
  mtcnn: true,
});
const recordOf = (pack: Pack, networks: PackRecord['networks']): PackRecord => ({
  pack,
  networks,
  origins: [{ file: 'a.pt', sha256: '0'.repeat(64), sizeBytes: 3, published: '20180402-114759' }],
  notes: ['Guessed.'],
});
const own = (name: string) => ({ ...file, file: `${name}.onnx` });
const records: Readonly<Record<string, PackRecord>> = {
  'MTCNN and FaceNet': recordOf(facenet, {
    detector: own('pnet'),
    refine: own('rnet'),
    landmarks: own('onet'),
    embedder: own('embedder'),
  }),
  'bundled detector': recordOf(
    { ...facenet, detector: bundled.pack.detector },
    { ...borrowed, embedder: file },
  ),
  'ArcFace and SCRFD': recordOf(arcfaceR50.pack, { detector: own('detector'), embedder: file }),
  'SFace, one crop at a time': recordOf(
    {
      ...sface.pack,
      selection: { upright: false, face: 'first' },
      embedder: { ...sface.pack.embedder, maxBatch: 1 },
    },
    { detector: own('detector'), embedder: file },
  ),
};

/** The record with the value at `path` replaced (or taken away). */
function edited(path: readonly (string | number)[], value: unknown): Field {
  const json = JSON.parse(writePackRecord(records['MTCNN and FaceNet']!)) as Record<string | number, unknown>;
  let at = json;
  for (const step of path.slice(0, -1)) at = at[step] as typeof at;
  const last = path.at(-1)!;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return new Field(json, 'pack.json');
}

describe('pack.json', () => {
  for (const [name, record] of Object.entries(records)) {
    test(`${name}: is read as it was written, and written as it was read`, () => {
      const text = writePackRecord(record);
      const read = readPackRecord(parseJson(text, 'pack.json'));
      assert.deepEqual(read, record);
      const again = writePackRecord(read);
      assert.deepEqual(JSON.parse(again), JSON.parse(text));
      assert.equal(writePackRecord(readPackRecord(parseJson(again, 'pack.json'))), again);
    });
  }

  const cases: readonly (readonly [readonly (string | number)[], unknown, string])[] = [
    [['format'], 'something', 'format'],
    [['version'], 2, 'version'],
    [['name'], '../up', 'name'],
    [['licence'], undefined, 'licence'],
    [['detector', 'network'], 'haar', 'detector.network'],
    [['detector', 'minScore'], 1.5, 'detector.minScore'],
    [['detector', 'minFacePx'], '20', 'detector.minFacePx'],
    [['detector', 'looks'], [], 'detector.looks'],
    [['alignment', 'margin', 'value'], 160, 'alignment.margin.value'],
    [['alignment', 'fit'], 'squash', 'alignment.fit'],
    [['embedder', 'dimension'], 12.5, 'embedder.dimension'],
    [['embedder', 'preparation', 'normalisation'], 'whiten', 'embedder.preparation.normalisation'],
    [
      ['embedder', 'preparation', 'normalisation'],
      { mean: 0, divisor: 0 },
      'embedder.preparation.normalisation.divisor',
    ],
    [['networks', 'refine'], undefined, 'networks.refine'],
    [['networks', 'embedder', 'file'], '/etc/passwd', 'networks.embedder.file'],
    [['networks', 'embedder', 'file'], '../other/embedder.onnx', 'networks.embedder.file'],
    [['networks', 'embedder', 'sha256'], 'abc', 'networks.embedder.sha256'],
    [['networks', 'embedder'], { bundled: 'detector' }, 'networks.embedder'],
    [['origins', 0, 'sizeBytes'], -1, 'origins[0].sizeBytes'],
    [['mine'], 1, 'mine'],
  ];
  for (const [path, value, field] of cases) {
    test(`${path.join('.')} = ${JSON.stringify(value) ?? 'missing'}: the error names ${field}`, () => {
      assert.throws(
        () => readPackRecord(edited(path, value)),
        (thrown) => {
          assert.ok(thrown instanceof VisageError);
          assert.equal(thrown.code, 'PACK_INVALID');
          assert.equal(thrown.slots['field'], field);
          return true;
        },
      );
    });
  }

  test('whatever stands in a field, reading gives a record or a coded error', () => {
    const paths = cases.map(([path]) => path);
    check(
      property(constantFrom(...paths), anything(), (path, value) => {
        try {
          readPackRecord(edited(path, value));
        } catch (thrown) {
          assert.ok(thrown instanceof VisageError && thrown.code === 'PACK_INVALID', String(thrown));
        }
      }),
    );
    for (const text of ['', '{', 'null', '[]', '"pack"', '7']) {
      assert.throws(() => readPackRecord(parseJson(text, 'pack.json')), { code: 'PACK_INVALID' });
    }
  });
});

test('names of packs are names of folders on every system', () => {
  for (const name of ['facenet-128', 'a', 'sface.2021', 'x_y']) assert.ok(isPackName(name), name);
  for (const name of [
    '',
    '.',
    '..',
    'A',
    'a/b',
    'con',
    'nul.x',
    '-a',
    'a-',
    'a+reference',
    'ä',
    'a'.repeat(65),
  ]) {
    assert.ok(!isPackName(name), name);
  }
});

describe('descriptions', () => {
  for (const description of [sface, arcfaceR50, arcfaceMobile]) {
    const { pack, detector, embedder } = description;
    test(`${pack.name} is valid by the schema that users' own go through`, () => {
      const json: unknown = JSON.parse(JSON.stringify({ ...pack, networks: { detector, embedder } }));
      assert.deepEqual(readPackDescription(new Field(json, 'description.json')), description);
    });
  }

  test('a bundled detector goes with its settings, and with no others', () => {
    const { pack, embedder } = sface;
    const json = (settings: unknown, detector: unknown): Field =>
      new Field({ ...pack, detector: settings, networks: { detector, embedder } }, 'description.json');
    assert.equal(readPackDescription(json(bundled.pack.detector, 'bundled')).detector, 'bundled');
    const named = { code: 'PACK_INVALID', message: /networks\.detector/ };
    assert.throws(() => readPackDescription(json(pack.detector, 'bundled')), named);
    assert.throws(() => readPackDescription(json(bundled.pack.detector, sface.detector)), named);
  });
});

test('the registry: pinned hashes, web addresses, names that are free', () => {
  assert.equal(new Set(publishedPacks.map(({ name }) => name)).size, publishedPacks.length);
  for (const pack of publishedPacks) {
    assert.ok(isPackName(pack.name) && pack.name !== 'bundled');
    assert.equal(pack.needsAcceptance, /non-commercial/.test(pack.licence), pack.name);
    for (const { sources } of pack.files) {
      for (const { url, sha256, sizeBytes, member } of sources) {
        assert.match(url, /^https:\/\//);
        for (const hash of [sha256, member?.sha256 ?? sha256]) assert.match(hash, /^[0-9a-f]{64}$/);
        assert.ok(sizeBytes === undefined || sizeBytes > 1000);
      }
    }
    if (pack.acceptance) {
      const { faces, distances } = pack.acceptance;
      assert.equal(distances.length, (faces.length * (faces.length - 1)) / 2);
    }
  }
});
