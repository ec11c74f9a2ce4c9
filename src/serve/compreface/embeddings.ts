import { isFiniteVector, unit } from '../../kernel/index.ts';
import { CompreFaceFailure, failure } from './failure.ts';
import { isForm } from './parameters.ts';

export interface GivenEmbedding {
  readonly asGiven: readonly number[];
  readonly unitEmbedding: Float32Array;
}

/** Embeddings of a JSON body; their length is theirs to choose. @throws CompreFaceFailure */
export function embeddingsIn(body: unknown, field: string, dimension: number): GivenEmbedding[] {
  const rows = isForm(body) ? body[field] : undefined;
  if (!Array.isArray(rows) || rows.length === 0) throw failure.emptyField(field);
  return rows.map((row) => embeddingIn(row, field, dimension));
}

/** @throws CompreFaceFailure */
export function embeddingIn(row: unknown, field: string, dimension: number): GivenEmbedding {
  if (!Array.isArray(row) || row.length === 0) throw failure.emptyField(field);
  if (row.length !== dimension || !row.every((value) => typeof value === 'number')) {
    throw new CompreFaceFailure(400, 0, `Embeddings of this server are ${dimension} numbers`);
  }
  const asGiven = row as readonly number[];
  const vector = Float32Array.from(asGiven);
  if (!isFiniteVector(vector) || vector.every((value) => value === 0)) {
    throw new CompreFaceFailure(400, 0, 'An embedding should be finite and not all zeros');
  }
  return { asGiven, unitEmbedding: unit(vector) };
}
