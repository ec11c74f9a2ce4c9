export { scopes } from './keys/key.ts';
export type { KeyRecord, Scope } from './keys/key.ts';
export { KeyFile } from './keys/key-file.ts';
export { compreFaceSettings } from './compreface/settings.ts';
export { openServer } from './open-server.ts';
export { serverLimits } from './options.ts';
export type { ServerLimits } from './options.ts';
export type { Server, ServerOptions } from './server.ts';
export type { Service, ServiceOptions } from './service.ts';
