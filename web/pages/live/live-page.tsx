import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { toFailure } from '../../api/failure.ts';
import { count } from '../../components/count.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { FaceBoxes } from '../../components/face-boxes.tsx';
import { FailureNote } from '../../components/failure-note.tsx';
import { Icon } from '../../components/icon.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { addPhotos } from '../../state/photos.ts';
import { goTo } from '../../state/route.ts';
import { cameraAllowed, cameras, closeCamera, openCamera, troubleOf, type CameraTrouble } from './camera.ts';
import { frameOf, watchVideo, type Sight } from './live-loop.ts';

/** The camera with names on the faces. */
export function LivePage(): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [stream, setStream] = useState<MediaStream>();
  const [choices, setChoices] = useState<readonly MediaDeviceInfo[]>([]);
  const [sight, setSight] = useState<Sight>();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<CameraTrouble>();

  const start = async (deviceId?: string): Promise<void> => {
    setTrouble(undefined);
    setSight(undefined);
    try {
      setStream(await openCamera(deviceId));
      setChoices(await cameras());
    } catch (thrown) {
      setTrouble(troubleOf(thrown));
    }
  };
  const keep = async (): Promise<void> => {
    const now = new Date().toLocaleTimeString('en-GB').replaceAll(':', '.');
    const frame = await frameOf(video.current!, 1920);
    addPhotos([new File([frame], `Camera ${now}.jpg`, { type: 'image/jpeg' })]);
    goTo('identify');
  };
  useEffect(() => {
    if (stream === undefined) return undefined;
    const ending = new AbortController();
    const shown = video.current!;
    shown.srcObject = stream;
    const seen = (next: Sight): void => {
      setBusy(false);
      setSight(next);
    };
    shown
      .play()
      .then(() => watchVideo(shown, ending.signal, seen, () => setBusy(true)))
      .catch((thrown: unknown) => {
        if (ending.signal.aborted) return;
        setTrouble(toFailure(thrown));
        setStream(undefined);
      });
    return () => {
      ending.abort();
      closeCamera(stream);
    };
  }, [stream]);

  const settings = stream?.getVideoTracks()[0]?.getSettings();
  // A camera that looks at the person is shown as a mirror is; the rear one of a phone is not.
  const mirrored = settings?.facingMode !== 'environment';
  const faces = sight?.answer.faces ?? [];
  return (
    <>
      <div class="page-head">
        <h1>Live</h1>
        <p class="lead">Names on whoever stands before the camera.</p>
      </div>
      {trouble !== undefined && <FailureNote failure={trouble} />}
      {!cameraAllowed() && (
        <FailureNote
          failure={{
            message: 'This browser gives no camera to this address.',
            hint: 'Open the page as http://localhost on the machine of the server, or put the server behind TLS (https).',
          }}
        />
      )}
      {stream === undefined && cameraAllowed() && (
        <EmptyState icon="live" title="The camera is off">
          <p>
            While it is on, one frame after the other goes to this server and nowhere else, is looked at, and
            is dropped. Nothing is kept unless you choose Keep this picture.
          </p>
          <button type="button" class="button strong" onClick={() => void start()}>
            <Icon name="live" />
            Start the camera
          </button>
        </EmptyState>
      )}
      {stream !== undefined && (
        <div class="live">
          <div class="stage">
            {/* A picture without sound has no captions to give. */}
            <video
              ref={video}
              class={mirrored ? 'mirrored' : undefined}
              muted
              playsInline
              aria-label="Camera"
            />
            {sight !== undefined && (
              <FaceBoxes
                faces={faces}
                width={sight.answer.width}
                height={sight.answer.height}
                mirrored={mirrored}
              />
            )}
          </div>
          <div class="row live-facts">
            {sight === undefined ? (
              <Spinner text="Looking at the first frame…" />
            ) : (
              <p>
                <strong class="rate">{sight.framesPerSecond.toFixed(1)}</strong> frames a second{' '}
                <span class="quiet">
                  {busy ? 'The server is full, waiting…' : `names after ${Math.round(sight.delayMs)} ms`}
                </span>
              </p>
            )}
            <p class="hidden" role="status">
              {sight !== undefined && whoIsThere(faces)}
            </p>
            <div class="row">
              {choices.length > 1 && (
                <select
                  class="button"
                  aria-label="Camera"
                  value={settings?.deviceId ?? ''}
                  onChange={(event) => void start(event.currentTarget.value)}
                >
                  {choices.map(({ deviceId, label }, index) => (
                    <option key={deviceId} value={deviceId}>
                      {label || `Camera ${index + 1}`}
                    </option>
                  ))}
                </select>
              )}
              <button type="button" class="button" onClick={() => void keep()}>
                <Icon name="photo" />
                Keep this picture
              </button>
              <button type="button" class="button" onClick={() => setStream(undefined)}>
                Stop
              </button>
            </div>
          </div>
        </div>
      )}
    </>
  );
}

function whoIsThere(faces: Sight['answer']['faces']): string {
  if (faces.length === 0) return 'Nobody is there.';
  const names = faces.flatMap(({ name }) => name ?? []);
  const unknown = faces.length - names.length;
  return [...names, ...(unknown > 0 ? [count(unknown, 'unknown face')] : [])].join(', ');
}
