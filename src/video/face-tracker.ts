import type { LocatedFace } from '../detect/index.ts';
import { distance, intersectionOverUnion, unit, type Box } from '../kernel/index.ts';

/** A face that is followed from frame to frame. */
export interface TrackedFace extends LocatedFace {
  /** Stays while the face stays; never used again for another one. */
  readonly trackId: number;
}

export interface FaceTrackerOptions {
  /** Unit embeddings farther apart than this are of two people: somebody else took the place. */
  readonly maxDistance: number;
}

/** Boxes of one face in two frames overlap by at least this (intersection over union). */
const leastOverlap = 0.3;
/** So long, and for one frame in any case, a face may be lost (a hand passes) before it counts as gone. */
const patienceMs = 1000;
/** Embeddings of a new face that are made as soon as can be: one may be of a bad moment, of three most are not. */
const firstEmbeddings = 3;
/** Afterwards a face is looked at again after this time, */
const refreshMs = 2000;
/** or when its box has less than this in common with the one it was last embedded in. */
const movedOverlap = 0.4;

interface Track {
  id: number;
  face: LocatedFace;
  seenAtMs: number;
  embeddings: number;
  embeddedAtMs: number;
  embeddedBox: Box | undefined;
  /** The last one that was of this person, of unit length. */
  embedding: Float32Array | undefined;
  /** The one after it, where that was of somebody else: a bad moment, or another person by now. */
  doubt: Float32Array | undefined;
}

const tracked = ({ face, id }: Track): TrackedFace => ({ ...face, trackId: id });

/**
 * Tells which faces of successive frames are the same, by the overlap of their boxes, and which of them are
 * worth another embedding: new ones, ones that have moved or may be somebody else by now, and every one now and
 * then. Pure but for its state:
 * times are given.
 */
export class FaceTracker {
  readonly #maxDistance: number;
  #nextId = 1;
  #tracks: Track[] = [];
  #visible: Track[] = [];
  /** When the last two frames were. */
  #frameAtMs: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  constructor({ maxDistance }: FaceTrackerOptions) {
    this.#maxDistance = maxDistance;
  }

  /**
   * @param faces of the next frame
   * @returns them in the order given, each with its track
   */
  follow(faces: readonly LocatedFace[], nowMs: number): TrackedFace[] {
    const frameBefore = this.#frameAtMs[0];
    this.#tracks = this.#tracks.filter(
      ({ seenAtMs }) => seenAtMs >= frameBefore || nowMs - seenAtMs <= patienceMs,
    );
    this.#frameAtMs = [this.#frameAtMs[1], nowMs];
    const pairs = faces.flatMap((face, index) =>
      this.#tracks.map((track) => ({
        index,
        track,
        overlap: intersectionOverUnion(face.box, track.face.box),
      })),
    );
    const owners = new Map<number, Track>();
    const taken = new Set<Track>();
    for (const { index, track, overlap } of pairs.sort((a, b) => b.overlap - a.overlap)) {
      if (overlap < leastOverlap) break;
      if (owners.has(index) || taken.has(track)) continue;
      owners.set(index, track);
      taken.add(track);
    }
    this.#visible = faces.map((face, index) => {
      const track = owners.get(index) ?? this.#begin(face);
      track.face = face;
      track.seenAtMs = nowMs;
      return track;
    });
    return this.#visible.map(tracked);
  }

  /** The faces of the last frame that should be embedded, the most pressing first, at most `most`. */
  due(nowMs: number, most: number): TrackedFace[] {
    return this.#visible
      .filter(
        (track) =>
          track.embeddings < firstEmbeddings ||
          track.doubt !== undefined ||
          nowMs - track.embeddedAtMs >= refreshMs ||
          intersectionOverUnion(track.face.box, track.embeddedBox!) < movedOverlap,
      )
      .sort((a, b) => a.embeddings - b.embeddings || a.embeddedAtMs - b.embeddedAtMs)
      .slice(0, most)
      .map(tracked);
  }

  /**
   * Takes in what a face of the last frame was embedded to.
   * @returns its track from now on: a new one, where it is no longer the same person
   */
  embedded(trackId: number, embedding: Float32Array, nowMs: number): number {
    const track = this.#tracks.find(({ id }) => id === trackId)!;
    const now = unit(embedding);
    const far = (other: Float32Array): boolean => distance(other, now) > this.#maxDistance;
    if (track.embedding === undefined || !far(track.embedding)) {
      track.embedding = now;
      track.doubt = undefined;
    } else if (track.doubt === undefined || far(track.doubt)) {
      track.doubt = now;
    } else {
      // Twice in a row the same somebody else.
      track.id = this.#nextId++;
      track.embeddings = 0;
      track.embedding = now;
      track.doubt = undefined;
    }
    track.embeddings++;
    track.embeddedAtMs = nowMs;
    track.embeddedBox = track.face.box;
    return track.id;
  }

  #begin(face: LocatedFace): Track {
    const track: Track = {
      id: this.#nextId++,
      face,
      seenAtMs: 0,
      embeddings: 0,
      embeddedAtMs: 0,
      embeddedBox: undefined,
      embedding: undefined,
      doubt: undefined,
    };
    this.#tracks.push(track);
    return track;
  }
}
