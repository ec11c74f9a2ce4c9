import { checkOptions, visageError } from '../kernel/index.ts';
import { Admission } from './admission.ts';
import { addCompreFace } from './compreface/compreface.ts';
import { compreFaceSettings, type CompreFaceSettings } from './compreface/settings.ts';
import { createApp, type App } from './http/app.ts';
import { sendFailure, toShownError } from './http/failures.ts';
import { addAccess } from './http/access.ts';
import { addPhotoWork } from './http/photo-work.ts';
import { addMetrics, Metrics } from './metrics.ts';
import { addAuditRoutes } from './routes/audit.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { Gatekeeper, isLoopback } from './keys/gatekeeper.ts';
import { KeyFile } from './keys/key-file.ts';
import { AuditLog } from './audit-log.ts';
import { listenOn } from './http/listen.ts';
import { addPage } from './page.ts';
import { addKeyRoutes } from './routes/keys.ts';
import { addOpenApi } from './open-api.ts';
import { serverLimits, type ServerLimits } from './options.ts';
import { RememberedFaces } from './remembered-faces.ts';
import type { Context } from './routes/context.ts';
import { addEmbeddingRoutes } from './routes/embeddings.ts';
import { addExampleRoutes } from './routes/examples.ts';
import { addFaceRoutes } from './routes/faces.ts';
import { addPeopleRoutes } from './routes/people.ts';
import { addPackRoutes } from './routes/pack.ts';
import { addTrustRoutes } from './routes/trust.ts';
import { addRememberedRoutes } from './routes/remembered.ts';
import { addHealthRoutes, addServerRoutes } from './routes/server.ts';
import { openService, type Service, type ServiceOptions } from './service.ts';

export interface ServerOptions
  extends ServiceOptions,
    Partial<Omit<ServerLimits, 'maxPixels'>>,
    Partial<CompreFaceSettings> {
  /** The file of the keys that requests need; absent: none are needed, and only this machine is answered. */
  readonly keysPath?: string;
  /** Where it is written down who did what; absent: nowhere. */
  readonly auditPath?: string;
  /** What the server says it is; a version. */
  readonly version?: string;
  /** Where log lines go, JSON each; absent: nowhere. */
  readonly log?: { readonly level: string; readonly stream: NodeJS.WritableStream };
}

/** A server that has been opened; it listens when told to. */
export interface Server extends AsyncDisposable {
  readonly app: App;
  readonly service: Service;
  /** @returns the address, e.g. `http://127.0.0.1:8000` @throws VisageError `ADDRESS_UNSAFE`, `ADDRESS_UNUSABLE` */
  listen(host: string, port: number): Promise<string>;
  /** Takes no more requests, finishes those it has, and ends the workers. Safe to call twice. */
  close(): Promise<void>;
}

const ownRoutes = [
  addFaceRoutes,
  addEmbeddingRoutes,
  addPeopleRoutes,
  addExampleRoutes,
  addRememberedRoutes,
  addTrustRoutes,
  addPackRoutes,
  addKeyRoutes,
  addAuditRoutes,
  addServerRoutes,
];

/** See `openServer`. */
export async function makeServer(options: ServerOptions): Promise<Server> {
  const { pack, workers, cacheFolder, galleryPath, galleryKey, version = '0', log, ...others } = options;
  const { keysPath, auditPath, maxFalseAccept, ...given } = others;
  const { comprefaceBoxes, comprefacePixels, comprefaceDeleteAll, ...limitsGiven } = given;
  const compreFace = { comprefaceBoxes, comprefacePixels, comprefaceDeleteAll };
  const settings = checkOptions('openServer', compreFaceSettings, compreFace);
  const limits = checkOptions('openServer', serverLimits, limitsGiven);
  const service = await openService({
    maxPixels: limits.maxPixels,
    ...(pack === undefined ? {} : { pack }),
    ...(workers === undefined ? {} : { workers }),
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
    ...(galleryPath === undefined ? {} : { galleryPath }),
    ...(galleryKey === undefined ? {} : { galleryKey }),
    ...(maxFalseAccept === undefined ? {} : { maxFalseAccept }),
  });
  const maxBodyBytes = limits.maxBodyMb * 2 ** 20;
  const app = createApp({ maxBodyBytes, ...(log && { log }) });
  const keys = keysPath === undefined ? undefined : new KeyFile(keysPath);
  const audit = auditPath === undefined ? undefined : await AuditLog.open(auditPath);
  const context: Context = {
    service,
    remembered: new RememberedFaces(limits.rememberedFaces, limits.rememberMinutes * 60_000),
    limits,
    version,
    keys,
    audit,
  };
  let ending = false;
  app.setErrorHandler((thrown, request, reply) =>
    sendFailure(toShownError(thrown, request, maxBodyBytes), request, reply),
  );
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!.slice(0, 200);
    return sendFailure(visageError('ROUTE_UNKNOWN', { method: request.method, path }), request, reply);
  });
  addSecurityHeaders(app);
  addAccess(app, new Gatekeeper(keys, limits.requestsPerMinute), audit);
  const admission = new Admission(limits.maxActive, limits.maxQueued);
  addPhotoWork(app, admission, limits.timeoutSeconds * 1000);
  await addOpenApi(app, version);
  addHealthRoutes(app, () => !ending);
  addMetrics(app, new Metrics(admission, () => service.counts()));
  await app.register(
    async (scope) => {
      for (const add of ownRoutes) add(scope, context);
    },
    { prefix: '/api/v1' },
  );
  await addCompreFace(app, context, settings);
  await addPage(app);
  await app.ready();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    ending = true;
    closing ??= app
      .close()
      .then(() => service.close())
      .then(() => audit?.close());
    return closing;
  };
  return {
    app,
    service,
    listen: async (host, port) => {
      if (keys === undefined && !isLoopback(host)) {
        throw visageError('ADDRESS_UNSAFE', {
          problem: `Without keys the server listens on this machine only, not on ${host}.`,
          advice: 'Make keys with visage keys create, or leave --host out.',
        });
      }
      return listenOn(app, host, port);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
