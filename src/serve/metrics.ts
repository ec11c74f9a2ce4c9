import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { Admission } from './admission.ts';
import type { App } from './http/app.ts';

/** Upper bounds of the duration histogram, in seconds: from an answer out of memory to the time limit. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
const contentType = 'text/plain; version=0.0.4; charset=utf-8';

interface Timing {
  readonly buckets: Uint32Array;
  sumSeconds: number;
  count: number;
}

/** What happened, as Prometheus reads it (text format 0.0.4). */
export class Metrics implements Disposable {
  readonly #requests = new Map<string, number>();
  readonly #timings = new Map<string, Timing>();
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });
  readonly #admission: Admission;
  readonly #gallery: () => Promise<{ people: number; examples: number }>;

  constructor(admission: Admission, gallery: () => Promise<{ people: number; examples: number }>) {
    this.#admission = admission;
    this.#gallery = gallery;
    this.#delay.enable();
  }

  observe(method: string, route: string, status: number, seconds: number): void {
    const labels = `method="${method}",route="${route}"`;
    const key = `${labels},status="${status}"`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    let timing = this.#timings.get(labels);
    if (timing === undefined) {
      timing = { buckets: new Uint32Array(bounds.length), sumSeconds: 0, count: 0 };
      this.#timings.set(labels, timing);
    }
    for (const [i, bound] of bounds.entries()) if (seconds <= bound) timing.buckets[i]!++;
    timing.sumSeconds += seconds;
    timing.count++;
  }

  async text(): Promise<string> {
    const { people, examples } = await this.#gallery();
    const { rss, heapUsed } = process.memoryUsage();
    const cpu = process.cpuUsage();
    const lines = [
      ...described('visage_http_requests_total', 'counter', 'Requests by route and status.'),
      ...[...this.#requests].map(([labels, count]) => `visage_http_requests_total{${labels}} ${count}`),
      ...described('visage_http_request_duration_seconds', 'histogram', 'From the first byte to the answer.'),
      ...[...this.#timings].flatMap(([labels, timing]) => timingLines(labels, timing)),
      ...gauge('visage_photos_active', 'Requests whose photos are being worked on.', this.#admission.active),
      ...gauge('visage_photos_queued', 'Requests with photos that wait.', this.#admission.queued),
      ...gauge('visage_people', 'People in the gallery.', people),
      ...gauge('visage_examples', 'Example faces in the gallery.', examples),
      ...gauge(
        'visage_event_loop_delay_p99_seconds',
        'Delay of the event loop since the last time this was asked, 99th percentile.',
        this.#delay.percentile(99) / 1e9,
      ),
      ...gauge('process_resident_memory_bytes', 'Resident memory.', rss),
      ...gauge('nodejs_heap_size_used_bytes', 'Memory of the JavaScript heap in use.', heapUsed),
      ...described('process_cpu_seconds_total', 'counter', 'Processor time.'),
      `process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`,
    ];
    this.#delay.reset();
    return `${lines.join('\n')}\n`;
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}

const described = (name: string, type: string, help: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

const gauge = (name: string, help: string, value: number): string[] => [
  ...described(name, 'gauge', help),
  `${name} ${value}`,
];

function timingLines(labels: string, { buckets, sumSeconds, count }: Timing): string[] {
  const name = 'visage_http_request_duration_seconds';
  return [
    ...bounds.map((bound, i) => `${name}_bucket{${labels},le="${bound}"} ${buckets[i]}`),
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sumSeconds}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

/** Counts every request by the pattern of its route, so that no client can make new lines. */
export function addMetrics(app: App, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });
  app.addHook('onClose', async () => metrics[Symbol.dispose]());
  app.get(
    '/metrics',
    {
      config: { scope: 'read' },
      schema: { tags: ['health'], summary: 'What happened, for Prometheus', produces: ['text/plain'] },
    },
    async (_request, reply) => reply.type(contentType).send(await metrics.text()),
  );
}
