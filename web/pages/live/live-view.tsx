import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { toFailure, type ApiFailure } from '../../api/failure.ts';
import { count } from '../../components/count.ts';
import { FaceBoxes, type BoxedFace } from '../../components/face-boxes.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { useStore } from '../../state/store.ts';
import { BrowserEyes, NoEyes } from './browser-eyes.ts';
import { choice, PlaceSwitch } from './place.tsx';
import type { Sight } from './sight.ts';
import { watchByServer } from './watch-by-server.ts';
import { watchHere } from './watch-here.ts';

interface LiveViewProps {
  readonly stream: MediaStream;
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly onTrouble: (failure: ApiFailure) => void;
  /** What can be done, as buttons. */
  readonly children: ComponentChildren;
}

/** The picture of a camera with names on it, and how fast they come. */
export function LiveView({ stream, video, onTrouble, children }: LiveViewProps): JSX.Element {
  const { place, because } = useStore(choice);
  const [sight, setSight] = useState<Sight>();
  const [wait, setWait] = useState<string>();

  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const shown = video.current!;
    shown.srcObject = stream;
    setSight(undefined);
    setWait(undefined);
    const seen = (next: Sight): void => {
      if (signal.aborted) return;
      setWait(undefined);
      setSight(next);
    };
    const lookHere = async (): Promise<void> => {
      const eyes = await BrowserEyes.open(signal, (loaded, total) => setWait(loadingText(loaded, total)));
      setWait('Getting the networks ready…');
      await watchHere(eyes, shown, signal, seen);
    };
    const look = (): Promise<void> =>
      place === 'browser'
        ? lookHere()
        : watchByServer(shown, signal, seen, () => setWait('The server is full, waiting…'));
    shown
      .play()
      .then(look)
      .catch((thrown: unknown) => {
        if (signal.aborted) return;
        if (thrown instanceof NoEyes) choice.set({ place: 'server', because: thrown.message });
        else onTrouble(toFailure(thrown));
      });
    return () => ending.abort();
  }, [stream, place]);

  // A camera that looks at the person is shown as a mirror is; the rear one of a phone is not.
  const mirrored = stream.getVideoTracks()[0]?.getSettings().facingMode !== 'environment';
  return (
    <div class="live">
      <PlaceSwitch place={place} {...(because !== undefined && { because })} />
      <div class="stage">
        {/* A picture without sound has no captions to give. */}
        <video ref={video} class={mirrored ? 'mirrored' : undefined} muted playsInline aria-label="Camera" />
        {sight !== undefined && <FaceBoxes {...sight} mirrored={mirrored} />}
      </div>
      <div class="row live-facts">
        {sight === undefined ? (
          <Spinner text={wait ?? 'Looking at the first frame…'} />
        ) : (
          <p>
            <strong class="rate">
              {sight.framesPerSecond === 0 ? '–' : sight.framesPerSecond.toFixed(1)}
            </strong>{' '}
            frames a second{' '}
            <span class="quiet">{wait ?? `${delayName[place]} after ${Math.round(sight.delayMs)} ms`}</span>
          </p>
        )}
        <p class="hidden" role="status">
          {sight !== undefined && whoIsThere(sight.faces)}
        </p>
        <div class="row">{children}</div>
      </div>
    </div>
  );
}

/** What is there after the delay that is shown. */
const delayName = { browser: 'faces', server: 'names' } as const;

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
const loadingText = (loaded: number, total: number): string =>
  `Loading the networks, this once: ${megabytes(loaded)} of ${megabytes(total)} MB…`;

function whoIsThere(faces: readonly BoxedFace[]): string {
  if (faces.length === 0) return 'Nobody is there.';
  const names = faces.flatMap(({ name }) => name ?? []);
  const unknown = faces.filter(({ name, pending }) => name === null && !pending).length;
  return [...names, ...(unknown > 0 ? [count(unknown, 'unknown face')] : [])].join(', ');
}
