import { Type } from 'typebox';
import { ScopeSchema } from './server.ts';

export const CallerSchema = Type.Object({ id: Type.String(), name: Type.String(), scope: ScopeSchema });

export const KeySchema = Type.Object({
  id: Type.String({ description: 'A UUID to speak of the key by; not the key.' }),
  name: Type.String({ description: 'Whose it is, in the words of who made it.' }),
  scope: ScopeSchema,
  createdAtMs: Type.Integer(),
  revokedAtMs: Type.Union([Type.Integer(), Type.Null()]),
});

export const KeysSchema = Type.Object({ keys: Type.Array(KeySchema) });

export const NewKeySchema = Type.Object({
  name: Type.String(),
  scope: ScopeSchema,
  uuid: Type.Boolean({
    default: false,
    description: 'In the form of a UUID, for clients that insist on one.',
  }),
});

export const MadeKeySchema = Type.Object({ ...KeySchema.properties, key: Type.String() });
