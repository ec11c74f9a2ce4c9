import { Store } from './store.ts';

export const pages = ['identify', 'people', 'unknown', 'live', 'trust'] as const;

export type PageName = (typeof pages)[number];

export interface Route {
  readonly page: PageName;
  /** Of the person that is shown. */
  readonly personId?: string;
}

const routeOf = (hash: string): Route => {
  const [, page, id] = hash.split('/');
  const known = pages.find((name) => name === page) ?? 'identify';
  return known === 'people' && id ? { page: known, personId: decodeURIComponent(id) } : { page: known };
};

export const route = new Store<Route>(routeOf(location.hash));

addEventListener('hashchange', () => route.set(routeOf(location.hash)));

export const linkTo = (page: PageName, personId?: string): string =>
  personId === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(personId)}`;

export function goTo(page: PageName, personId?: string): void {
  location.hash = linkTo(page, personId);
}
