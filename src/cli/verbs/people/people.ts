import { withActions } from '../with-actions.ts';
import { registerDelete } from './delete.ts';
import { registerDeleteExample } from './delete-example.ts';
import { registerListPeople } from './list.ts';
import { registerMerge } from './merge.ts';
import { registerMoveExample } from './move-example.ts';
import { registerRename } from './rename.ts';
import { registerShow } from './show.ts';
import { registerSplit } from './split.ts';
import { registerUnmerge } from './unmerge.ts';

const description = `Look after the people of a gallery: who is in it, by which faces, and under which name.

Every change is one transaction and in effect at once, also in a server that is running; nothing is trained again. Case does not count in names; an id as --json prints it will do as well.`;

const examples = `
Examples:
  visage people list
  visage people show Anna
  visage people merge "Anna M." Anna
  visage people split Anna Maria 12 15
  visage people delete Anna`;

export const definePeople = withActions({
  description,
  examples,
  actions: [
    registerListPeople,
    registerShow,
    registerRename,
    registerMerge,
    registerUnmerge,
    registerSplit,
    registerMoveExample,
    registerDeleteExample,
    registerDelete,
  ],
});
