import { dismiss, noticeMs, notify, tellFailure } from './notices.ts';
import { leaving, loadPeople } from './people.ts';

interface Pending {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly run: (keepalive: boolean) => Promise<unknown>;
  readonly ids: readonly (string | number)[];
}

/** What will be gone for good when its time for Undo is over. */
const pending = new Set<Pending>();

/**
 * Deletes in a while, unless it is undone: the server deletes for good, so the page waits with asking it. A page
 * that is closed has decided.
 */
export function deleteSoon(
  text: string,
  ids: readonly (string | number)[],
  run: (keepalive: boolean) => Promise<unknown>,
  afterwards: () => void = () => {},
): void {
  const finish = async (): Promise<void> => {
    pending.delete(deletion);
    dismiss(notice);
    try {
      await run(false);
      await loadPeople();
    } catch (thrown) {
      tellFailure(thrown);
    }
    show(ids);
    afterwards();
  };
  const deletion: Pending = { timer: setTimeout(() => void finish(), noticeMs), run, ids };
  pending.add(deletion);
  leaving.update((gone) => new Set([...gone, ...ids]));
  const notice = notify({
    tone: 'done',
    text,
    undo: () => {
      clearTimeout(deletion.timer);
      pending.delete(deletion);
      show(ids);
    },
  });
}

const show = (ids: readonly (string | number)[]): void =>
  leaving.update((gone) => new Set([...gone].filter((id) => !ids.includes(id))));

addEventListener('pagehide', () => {
  for (const { timer, run } of pending) {
    clearTimeout(timer);
    void run(true);
  }
  pending.clear();
});
