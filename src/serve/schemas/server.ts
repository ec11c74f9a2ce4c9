import { Type } from 'typebox';

export const ScopeSchema = Type.Union([Type.Literal('read'), Type.Literal('write'), Type.Literal('admin')]);

export const StatusSchema = Type.Object({
  version: Type.String(),
  pack: Type.String(),
  dimension: Type.Integer({ description: 'Numbers per embedding.' }),
  maxDistance: Type.Number({ description: 'Beyond this distance two faces count as two people.' }),
  maxFalseAccept: Type.Union([Type.Number(), Type.Null()], {
    description: 'Share of strangers that may be given a name; null where the pack is not calibrated.',
  }),
  gallery: Type.Object({
    people: Type.Integer(),
    examples: Type.Integer(),
    version: Type.Integer({ description: 'Counts up with every change.' }),
    encrypted: Type.Boolean(),
    kept: Type.Boolean({ description: 'False: in memory only, gone when the server ends.' }),
  }),
  keysNeeded: Type.Boolean(),
  limits: Type.Object({
    maxBodyBytes: Type.Integer(),
    maxPixels: Type.Integer(),
    maxQueued: Type.Integer(),
    timeoutMs: Type.Integer(),
  }),
});

export const PackSchema = Type.Object({
  name: Type.String(),
  state: Type.String({ description: 'bundled, installed, available, or damaged.' }),
  inUse: Type.Boolean(),
  description: Type.String(),
  licence: Type.String(),
  source: Type.String(),
  dimension: Type.Union([Type.Integer(), Type.Null()]),
});
export const PacksSchema = Type.Object({ packs: Type.Array(PackSchema) });

export const HealthSchema = Type.Object({ status: Type.String() });
