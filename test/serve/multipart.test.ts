import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { VisageError } from '../../src/kernel/index.ts';
import { formOf, parseMultipart } from '../../src/serve/http/multipart.ts';
import { form } from './support/form.ts';

/** The form as Node's own `fetch` writes it: a second writer, not ours. */
async function written(fields: readonly (readonly [string, string | { name: string; bytes: Uint8Array }])[]) {
  const data = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([new Uint8Array(value.bytes)]), value.name);
  }
  const response = new Response(data);
  return { type: response.headers.get('content-type')!, body: Buffer.from(await response.arrayBuffer()) };
}

test('what another program writes is read as it was meant, with and without a boundary in the header', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !/[\r\n\p{Cs}]/u.test(value));
  const field = fc.tuple(
    text,
    fc.oneof(
      text,
      fc.record({ name: text.filter((name) => name !== ''), bytes: fc.uint8Array({ maxLength: 300 }) }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(field, { minLength: 1, maxLength: 5 }), async (fields) => {
      const { type, body } = await written(fields);
      for (const header of [type, 'multipart/form-data']) {
        const parts = parseMultipart(body, header);
        assert.equal(parts.length, fields.length);
        for (const [i, [name, value]] of fields.entries()) {
          const part = parts[i]!;
          assert.equal(part.name, name);
          if (typeof value === 'string') assert.equal(Buffer.from(part.bytes).toString(), value);
          else {
            assert.equal(part.fileName, value.name);
            assert.deepEqual(new Uint8Array(part.bytes), value.bytes);
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('a preamble, an empty part, quotes as curl writes them, a missing last line break', () => {
  const body =
    'before\r\n--x\r\nContent-Disposition: form-data; name="a\\"b"\r\n\r\n\r\n--x\r\ncontent-disposition:form-data; name=c; filename="d"\r\nContent-Type: image/png\r\n\r\n12\r\n--x--';
  const parts = parseMultipart(Buffer.from(body), 'multipart/form-data; boundary="x"');
  assert.deepEqual(
    parts.map(({ name, fileName, contentType, bytes }) => [
      name,
      fileName,
      contentType,
      Buffer.from(bytes).toString(),
    ]),
    [
      ['a"b', undefined, 'text/plain', ''],
      ['c', 'd', 'image/png', '12'],
    ],
  );
});

test('repeated texts are joined, files listed; a name cannot be both; no field is a prototype', () => {
  const { payload, headers } = form(
    ['a', '1'],
    ['a', '2'],
    ['__proto__', 'x'],
    ['f', { fileName: 'n', bytes: Buffer.from('z') }],
  );
  const read = formOf(parseMultipart(payload, headers['content-type']!));
  assert.equal(read['a'], '1,2');
  assert.equal(Object.getPrototypeOf(read), null);
  assert.equal((read['f'] as readonly unknown[]).length, 1);
  const both = form(['a', '1'], ['a', { fileName: 'n', bytes: Buffer.from('z') }]);
  assert.throws(() => formOf(parseMultipart(both.payload, both.headers['content-type']!)), {
    code: 'REQUEST_INVALID',
  });
});

test('whatever bytes come, the answer is parts or REQUEST_INVALID', () => {
  const { payload } = form(['a', '1'], ['f', { fileName: 'n', bytes: Buffer.from('zzz') }]);
  const mutated = fc
    .array(fc.tuple(fc.nat(payload.length - 1), fc.nat(255)), { maxLength: 4 })
    .map((changes) => {
      const copy = Buffer.from(payload);
      for (const [at, value] of changes) copy[at] = value;
      return copy;
    });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    mutated,
  );
  fc.assert(
    fc.property(
      bytes,
      fc.constantFrom('multipart/form-data', 'multipart/form-data; boundary=----visage-test-7e3'),
      (body, type) => {
        try {
          formOf(parseMultipart(body, type));
        } catch (thrown) {
          assert.ok(thrown instanceof VisageError && thrown.code === 'REQUEST_INVALID', String(thrown));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
