export { FaceTracker } from './face-tracker.ts';
export type { FaceTrackerOptions, TrackedFace } from './face-tracker.ts';
export { NameVotes } from './name-votes.ts';
export { videoDetector } from './video-detector.ts';
export { VideoWatcher } from './video-watcher.ts';
export type { WatchedFace } from './video-watcher.ts';
