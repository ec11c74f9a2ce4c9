import { visageError } from '../../kernel/index.ts';
import type { AuditLog } from '../audit-log.ts';
import type { Caller, Gatekeeper } from '../keys/gatekeeper.ts';
import type { Scope } from '../keys/key.ts';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request of this route must be allowed to do; absent: open to everybody. */
    scope?: Scope;
  }
  interface FastifyRequest {
    caller: Caller | undefined;
    /** What a route adds to its line of the audit log: ids and counts, no names, which could not be erased. */
    audited: Record<string, unknown> | undefined;
  }
}

/** Lets in who may, before a body is read, and writes down who did what. */
export function addAccess(app: App, gatekeeper: Gatekeeper, audit: AuditLog | undefined): void {
  app.decorateRequest('caller', undefined);
  app.decorateRequest('audited', undefined);
  app.addHook('onRequest', async (request) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined) return;
    const { api_key: pathKey } = (request.params ?? {}) as { api_key?: string };
    request.caller = await gatekeeper.admit(request, scope, pathKey);
  });
  if (audit === undefined) return;
  app.addHook('onSend', async (request, reply) => {
    const { scope, url } = request.routeOptions.config;
    if (scope === undefined) return;
    const written = audit.add({
      requestId: request.id,
      key: request.caller === undefined ? null : { id: request.caller.id, name: request.caller.name },
      ip: request.ip,
      action: `${request.method} ${url}`,
      target: withoutKey(request.params as Record<string, unknown>),
      ...request.audited,
      status: reply.statusCode,
    });
    // What changes something is written down before it is acknowledged.
    if (scope !== 'read') await written.catch((thrown: unknown) => request.log.error(thrown, 'audit log'));
    else written.catch((thrown: unknown) => request.log.error(thrown, 'audit log'));
  });
}

const withoutKey = (params: Record<string, unknown> = {}) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'api_key'));

/** The caller of a route that has a scope. */
export const callerOf = ({ caller }: { readonly caller: Caller | undefined }): Caller => {
  if (caller === undefined) throw visageError('KEY_MISSING', {});
  return caller;
};
