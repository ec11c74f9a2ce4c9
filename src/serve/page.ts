import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fastifyStatic } from '@fastify/static';
import type { App } from './http/app.ts';

/** Where the build puts the page: `dist/web`. */
const builtPage = fileURLToPath(new URL('../../web/', import.meta.url));

const placeholder = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Visage</title>
<p>Visage answers here. The page is not built; the API is described at <a href="/docs">/docs</a>.</p></html>
`;

/** The page and its files, open to everybody: they hold no data. */
export async function addPage(app: App, folder: string = builtPage): Promise<void> {
  if (!existsSync(`${folder}index.html`)) {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(placeholder),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/',
    // Every file is a route of its own, found when the server starts: no path is made of what a client sends.
    wildcard: false,
    // The build writes compressed copies beside the larger files; they are no files of their own.
    preCompressed: true,
    globIgnore: ['**/*.{br,gz}'],
    cacheControl: false,
    setHeaders: (reply, path) => {
      // The build names the files in assets/ after their content.
      const hashed = path.includes('/assets/');
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
