export { openServer } from './open-server.ts';
export { serverLimits } from './options.ts';
export type { ServerLimits } from './options.ts';
export type { Server, ServerOptions } from './server.ts';
export type { Service, ServiceOptions } from './service.ts';
