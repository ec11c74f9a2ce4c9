import { toFailure } from '../api/failure.ts';
import { Store } from './store.ts';

/** Something that has happened, said at the edge of the page. */
export interface Notice {
  readonly id: number;
  readonly tone: 'done' | 'failed';
  readonly text: string;
  readonly hint?: string;
  readonly undo?: () => void;
}

/** Long enough to read, and to reach for Undo. */
export const noticeMs = 8000;

export const notices = new Store<readonly Notice[]>([]);
let lastId = 0;

/**
 * The two newest are shown.
 * @returns the id by which it is dismissed
 */
export function notify(notice: Omit<Notice, 'id'>): number {
  const id = ++lastId;
  notices.update((shown) => [...shown.slice(-1), { ...notice, id }]);
  return id;
}

export const dismiss = (id: number): void =>
  notices.update((shown) => shown.filter((notice) => notice.id !== id));

/** Says what a failure says. */
export function tellFailure(thrown: unknown): void {
  const { message, hint } = toFailure(thrown);
  notify({ tone: 'failed', text: message, hint });
}
