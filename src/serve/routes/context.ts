import type { App } from '../http/app.ts';
import type { ServerLimits } from '../options.ts';
import type { RememberedFaces } from '../remembered-faces.ts';
import type { Service } from '../service.ts';

/** What routes are made of. */
export interface Context {
  readonly service: Service;
  readonly remembered: RememberedFaces;
  readonly limits: ServerLimits;
  readonly version: string;
  /** Whether requests need a key. */
  readonly keysNeeded: boolean;
}

/** Adds routes to a server. */
export type AddRoutes = (app: App, context: Context) => void;
