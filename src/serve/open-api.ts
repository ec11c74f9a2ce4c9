import { fastifySwagger } from '@fastify/swagger';
import { fastifySwaggerUi } from '@fastify/swagger-ui';
import type { App } from './http/app.ts';

const description = `Who is in this photograph? Photos in, names out.

A photo is sent as a form (\`photo\`), or as the whole body with its own content type. Boxes and landmarks are in pixels of the
upright photo. Every failure has a code, a sentence and a next step; 503 with Retry-After means: come again.`;

/** Files are binary strings there; a list of exactly one is just that one. */
function withoutFileKeyword(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutFileKeyword);
  if (typeof node !== 'object' || node === null) return node;
  const { isFile, ...rest } = node as Record<string, unknown>;
  if (isFile === true) return { ...rest, type: 'string', format: 'binary' };
  const single = rest['type'] === 'array' && rest['maxItems'] === 1;
  if (single && (rest['items'] as Record<string, unknown>)['isFile'] === true) {
    return withoutFileKeyword(rest['items']);
  }
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutFileKeyword(value)]));
}

/** Collects the schemas of all routes added after it. */
export async function addOpenApi(app: App, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Visage', version, description, license: { name: 'MIT', identifier: 'MIT' } },
      components: {
        securitySchemes: {
          key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ key: [] }, { bearer: [] }],
    },
    transform: ({ schema, url }) => ({ schema: withoutFileKeyword(schema) as typeof schema, url }),
  });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
