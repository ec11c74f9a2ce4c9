/** Why there is no picture, and what helps. */
export interface CameraTrouble {
  readonly message: string;
  readonly hint: string;
}

/** Large enough for faces across a room; the server shrinks larger ones anyhow. */
const wanted: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** @param deviceId which camera; absent: the one that looks at the person */
export async function openCamera(deviceId?: string): Promise<MediaStream> {
  const which = deviceId === undefined ? { facingMode: 'user' } : { deviceId: { exact: deviceId } };
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...wanted, ...which } });
}

/** The cameras that may be chosen; their names are known once one was opened. */
export async function cameras(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '');
}

export const closeCamera = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop();
};

/** Browsers give cameras only to pages of this machine and to those behind TLS. */
export const cameraAllowed = (): boolean => navigator.mediaDevices !== undefined;

export function troubleOf(thrown: unknown): CameraTrouble {
  switch (thrown instanceof DOMException ? thrown.name : '') {
    case 'NotAllowedError':
      return {
        message: 'The browser did not let me use the camera.',
        hint: 'Allow it beside the address of this page, then start again.',
      };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return { message: 'There is no camera here.', hint: 'Plug one in, then start again.' };
    case 'NotReadableError':
      return {
        message: 'The camera does not answer.',
        hint: 'Perhaps another program uses it. Close that, then start again.',
      };
    default:
      return { message: `The camera did not start: ${String(thrown)}.`, hint: 'Try again.' };
  }
}
