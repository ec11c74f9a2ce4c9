import type { App } from '../http/app.ts';
import type { Context } from '../routes/context.ts';
import type { ImageIds } from './image-id.ts';
import type { CompreFaceSettings } from './settings.ts';
import type { SimilarityScale } from './similarity.ts';

/** What the routes of CompreFace are made of. */
export interface CompreFaceContext extends Context {
  readonly settings: CompreFaceSettings;
  readonly scale: SimilarityScale;
  readonly ids: ImageIds;
}

/** Adds routes of a service. */
export type AddCompreFaceRoutes = (app: App, context: CompreFaceContext) => void;
