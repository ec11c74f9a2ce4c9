import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { FailureNote } from '../components/failure-note.tsx';
import { Spinner } from '../components/spinner.tsx';

interface LaterPageProps {
  /** Must stay the same function. */
  readonly load: () => Promise<ComponentType>;
}

/** A page whose code is loaded when it is opened. */
export function LaterPage({ load }: LaterPageProps): JSX.Element {
  const [page, setPage] = useState<{ readonly Component?: ComponentType; readonly failed?: true }>({});
  useEffect(() => {
    load().then(
      (Component) => setPage({ Component }),
      () => setPage({ failed: true }),
    );
  }, [load]);
  const { Component, failed } = page;
  if (Component !== undefined) return <Component />;
  if (!failed) return <Spinner text="Opening the page…" />;
  return (
    <FailureNote
      failure={{
        message: 'This page could not be loaded.',
        hint: 'Reload it; perhaps the server was renewed.',
      }}
    />
  );
}
