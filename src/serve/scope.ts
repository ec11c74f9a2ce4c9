/** What a key may do; each may also do what those before it may. */
export type Scope = 'read' | 'write' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request of this route must be allowed to do. */
    scope?: Scope;
  }
}
