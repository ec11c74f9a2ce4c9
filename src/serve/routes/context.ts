import type { AuditLog } from '../audit-log.ts';
import type { App } from '../http/app.ts';
import type { KeyFile } from '../keys/key-file.ts';
import type { ServerLimits } from '../options.ts';
import type { RememberedFaces } from '../remembered-faces.ts';
import type { Service } from '../service.ts';

/** What routes are made of. */
export interface Context {
  readonly service: Service;
  readonly remembered: RememberedFaces;
  readonly limits: ServerLimits;
  readonly version: string;
  /** Absent: requests of this machine need no key. */
  readonly keys: KeyFile | undefined;
  /** Absent: it is not written down who did what. */
  readonly audit: AuditLog | undefined;
}

/** Adds routes to a server. */
export type AddRoutes = (app: App, context: Context) => void;
