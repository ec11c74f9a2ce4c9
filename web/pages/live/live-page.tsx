import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { EmptyState } from '../../components/empty-state.tsx';
import { FailureNote } from '../../components/failure-note.tsx';
import { Icon } from '../../components/icon.tsx';
import { addPhotos } from '../../state/photos.ts';
import { goTo } from '../../state/route.ts';
import { cameraAllowed, cameras, closeCamera, openCamera, troubleOf, type CameraTrouble } from './camera.ts';
import { LiveView } from './live-view.tsx';
import { frameOf } from './watch-by-server.ts';

/** The camera with names on the faces. */
export function LivePage(): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [stream, setStream] = useState<MediaStream>();
  const [choices, setChoices] = useState<readonly MediaDeviceInfo[]>([]);
  const [trouble, setTrouble] = useState<CameraTrouble>();

  const start = async (deviceId?: string): Promise<void> => {
    setTrouble(undefined);
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
  useEffect(() => stream && (() => closeCamera(stream)), [stream]);

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
            While it is on, faces are found in this browser and pictures stay here; only the numbers that a
            face comes down to are sent to the server, which knows the names. Nothing is kept unless you
            choose Keep this picture.
          </p>
          <button type="button" class="button strong" onClick={() => void start()}>
            <Icon name="live" />
            Start the camera
          </button>
        </EmptyState>
      )}
      {stream !== undefined && (
        <LiveView
          stream={stream}
          video={video}
          onTrouble={(failure) => {
            setTrouble(failure);
            setStream(undefined);
          }}
        >
          {choices.length > 1 && (
            <select
              class="button"
              aria-label="Camera"
              value={stream.getVideoTracks()[0]?.getSettings().deviceId ?? ''}
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
        </LiveView>
      )}
    </>
  );
}
