import { Type } from 'typebox';
import { sessionCookie } from '../keys/gatekeeper.ts';
import { callerOf } from '../http/access.ts';
import { failures } from '../schemas/failure.ts';
import { KeySchema, KeysSchema, NewKeySchema, MadeKeySchema, CallerSchema } from '../schemas/keys.ts';
import type { AddRoutes } from './context.ts';

const tags = ['keys'];

/** Who asks, and for administrators who may. */
export const addKeyRoutes: AddRoutes = (app, { keys }) => {
  app.get(
    '/session',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'Say whose key this is', response: { 200: CallerSchema, ...failures } },
    },
    async (request) => {
      const { id, name, scope } = callerOf(request);
      return { id, name, scope };
    },
  );

  app.post(
    '/session',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Keep the key of this request as a cookie, for pages',
        response: { 200: CallerSchema, ...failures },
      },
    },
    async (request, reply) => {
      const { id, name, scope } = callerOf(request);
      const secret = request.headers['x-api-key'];
      if (keys !== undefined && typeof secret === 'string') {
        const secure = request.protocol === 'https' ? '; Secure' : '';
        reply.header('set-cookie', `${sessionCookie}=${secret}; Path=/; HttpOnly; SameSite=Strict${secure}`);
      }
      return { id, name, scope };
    },
  );

  app.delete(
    '/session',
    { schema: { tags, summary: 'Forget the cookie', response: { 200: Type.Object({}), ...failures } } },
    async (_request, reply) => {
      reply.header('set-cookie', `${sessionCookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
      return {};
    },
  );

  if (keys === undefined) return;

  app.get(
    '/keys',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'List the keys, revoked ones too',
        response: { 200: KeysSchema, ...failures },
      },
    },
    async () => ({ keys: await keys.list() }),
  );

  app.post(
    '/keys',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Make a key; the answer is the only place where it ever stands',
        body: NewKeySchema,
        response: { 201: MadeKeySchema, ...failures },
      },
    },
    async (request, reply) => {
      const { name, scope, uuid } = request.body;
      const { key, secret } = await keys.create(name, scope, uuid ? 'uuid' : 'random');
      request.audited = { keyId: key.id };
      return reply.status(201).send({ ...key, key: secret });
    },
  );

  app.delete(
    '/keys/:keyId',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Revoke a key, at once and for good',
        params: Type.Object({ keyId: Type.String() }),
        response: { 200: KeySchema, ...failures },
      },
    },
    async (request) => keys.revoke(request.params.keyId),
  );
};
