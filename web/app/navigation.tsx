import type { JSX } from 'preact';
import { Icon } from '../components/icon.tsx';
import { linkTo, pages, route, type PageName } from '../state/route.ts';
import { useStore } from '../state/store.ts';

export const pageTitles: Readonly<Record<PageName, string>> = {
  identify: 'Identify',
  people: 'People',
  unknown: 'Unknown',
  live: 'Live',
  trust: 'Trust',
};

/** At the top on wide screens, at the thumb on phones. */
export function Navigation(): JSX.Element {
  const { page } = useStore(route);
  return (
    <nav aria-label="Pages">
      <ul>
        {pages.map((name) => (
          <li key={name}>
            <a href={linkTo(name)} aria-current={name === page ? 'page' : undefined}>
              <Icon name={name} />
              {pageTitles[name]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
