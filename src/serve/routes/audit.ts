import { Type } from 'typebox';
import { failures } from '../schemas/failure.ts';
import type { AddRoutes } from './context.ts';

/** The log of who did what, for administrators. */
export const addAuditRoutes: AddRoutes = (app, { audit }) => {
  if (audit === undefined) return;
  app.get(
    '/audit',
    {
      config: { scope: 'admin' },
      schema: {
        tags: ['keys'],
        summary: 'The latest entries of the audit log, newest first',
        querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }) }),
        response: { 200: Type.Object({ entries: Type.Array(Type.Any()) }), ...failures },
      },
    },
    async (request) => ({ entries: await audit.latest(request.query.limit) }),
  );
};
