import type { ApiCaller, ApiStatus } from '../../src/serve/api-types.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { keyWatch } from '../api/request.ts';
import * as api from '../api/visage-api.ts';
import { loadPeople } from './people.ts';
import { Store } from './store.ts';

/** Who uses the page, and what the server is. */
export type Session =
  | { readonly phase: 'opening' | 'key' }
  | { readonly phase: 'failed'; readonly failure: ApiFailure }
  | { readonly phase: 'open'; readonly caller: ApiCaller; readonly status: ApiStatus };

export const session = new Store<Session>({ phase: 'opening' });

keyWatch.onKeyMissing = () => session.set({ phase: 'key' });

export async function openSession(): Promise<void> {
  try {
    const [caller, status] = await Promise.all([api.caller(), api.status()]);
    session.set({ phase: 'open', caller, status });
    await loadPeople();
  } catch (thrown) {
    if (session.value.phase !== 'key') session.set({ phase: 'failed', failure: toFailure(thrown) });
  }
}

/** Whether the person at the page may change people. */
export const mayWrite = (now: Session): boolean => now.phase === 'open' && now.caller.scope !== 'read';
