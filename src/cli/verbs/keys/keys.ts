import { withActions } from '../with-actions.ts';
import { registerCreateKey } from './create.ts';
import { registerListKeys } from './list.ts';
import { registerRevokeKey } from './revoke.ts';

const description = `Keep the keys of a server: who may ask it, and for what.

A key may read, write (read and change people), or administer (all of it, and keys and the audit log). The file keeps hashes only: a key is shown once, when it is made. A running server knows of a new or revoked key within a second.`;

const examples = `
Examples:
  visage keys create Doorbell --scope read
  visage keys list
  visage keys revoke Doorbell`;

export const defineKeys = withActions({
  description,
  examples,
  actions: [registerCreateKey, registerListKeys, registerRevokeKey],
});
