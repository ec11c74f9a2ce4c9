import type { KnownPack, PackRecord } from '../../../packs/index.ts';

/** What `--json` says about a pack; what nobody knows is left out. */
export function packRecord({
  name,
  state,
  pack,
  published,
  record,
  error,
}: KnownPack): Record<string, unknown> {
  // An installed pack need not be of the published weights, whatever its name is.
  const trainedOn = pack === undefined ? published?.trainedOn : pack.trainedOn;
  return {
    name,
    state,
    ...(error && { error }),
    dimension: pack?.embedder.dimension ?? published?.dimension ?? null,
    licence: pack?.licence ?? published?.licence ?? null,
    ...(published?.needsAcceptance && { needsAcceptance: true }),
    ...(trainedOn !== undefined && { trainedOn }),
    description: pack?.description ?? published?.description ?? null,
    ...(record && { notes: record.notes }),
  };
}

/** Lines for a person about a pack that was just made. */
export function installedLines({ pack, notes }: PackRecord): { line: string; notes: string[] } {
  const { name, licence, embedder } = pack;
  return {
    line: `${name}: ${embedder.dimension} numbers a face; ${pack.description}`,
    notes: [`Licence: ${licence}`, ...notes, `Use it with --pack ${name}.`],
  };
}
