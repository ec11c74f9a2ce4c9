import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import * as api from '../api/visage-api.ts';
import { FailureNote } from '../components/failure-note.tsx';
import { Spinner } from '../components/spinner.tsx';
import { IdentifyPage } from '../pages/identify/identify-page.tsx';
import { PeoplePage } from '../pages/people/people-page.tsx';
import { PersonPage } from '../pages/people/person-page.tsx';
import { TrustPage } from '../pages/trust/trust-page.tsx';
import { UnknownPage } from '../pages/unknown/unknown-page.tsx';
import { route, type Route } from '../state/route.ts';
import { openSession, session, type Session } from '../state/session.ts';
import { useStore } from '../state/store.ts';
import { KeyGate } from './key-gate.tsx';
import { LaterPage } from './later-page.tsx';
import { Navigation, pageTitles } from './navigation.tsx';
import { NoticeList } from './notice-list.tsx';

/** The frame of every page. */
export function App(): JSX.Element {
  const now = useStore(session);
  return (
    <>
      <a class="skip" href="#content" onClick={focusContent}>
        To the content
      </a>
      <header class="top">
        <a class="brand" href="#/identify">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          Visage
        </a>
        {now.phase === 'open' && <Navigation />}
        {now.phase === 'open' && now.status.keysNeeded && (
          <button
            type="button"
            class="button quiet-button"
            onClick={() => void api.signOut().then(() => openSession())}
          >
            Sign out
          </button>
        )}
      </header>
      <Content {...now} />
      <NoticeList />
    </>
  );
}

// The hash names the page; a plain link to #content would leave it.
const focusContent = (event: Event): void => {
  event.preventDefault();
  document.querySelector<HTMLElement>('main')?.focus();
};

function Content(now: Session): JSX.Element {
  switch (now.phase) {
    case 'opening':
      return (
        <main>
          <Spinner text="Opening the gallery…" />
        </main>
      );
    case 'key':
      return <KeyGate />;
    case 'failed':
      return (
        <main>
          <FailureNote failure={now.failure}>
            <button type="button" class="button" onClick={() => void openSession()}>
              Try again
            </button>
          </FailureNote>
        </main>
      );
    default:
      return <OpenPage />;
  }
}

function OpenPage(): JSX.Element {
  const now = useStore(route);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${pageTitles[now.page]} – Visage`;
    // Whoever moves by keyboard or by ear starts at the top of the new page.
    if (!first.current) {
      main.current!.focus();
      scrollTo(0, 0);
    }
    first.current = false;
  }, [now.page, now.personId]);
  return (
    <main ref={main} id="content" tabIndex={-1}>
      <Page {...now} />
    </main>
  );
}

const loadLivePage = async () => (await import('../pages/live/live-page.tsx')).LivePage;

function Page({ page, personId }: Route): JSX.Element {
  switch (page) {
    case 'people':
      return personId === undefined ? <PeoplePage /> : <PersonPage key={personId} personId={personId} />;
    case 'unknown':
      return <UnknownPage />;
    case 'live':
      return <LaterPage load={loadLivePage} />;
    case 'trust':
      return <TrustPage />;
    default:
      return <IdentifyPage />;
  }
}
