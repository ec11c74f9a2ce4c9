import type { Photo } from '../image/index.ts';
import type { LocatedFace } from './face.ts';

/** What finds the faces of a photo. */
export interface FaceFinder {
  /**
   * @returns faces in pixels of the upright photo, best score first
   * @throws VisageError `INFERENCE_FAILED`, `RUNTIME_BUSY`, `RUNTIME_CLOSED`
   */
  detect(photo: Photo, signal?: AbortSignal): Promise<LocatedFace[]>;
}
