/**
 * 64 clients for a minute: `npm run bench:serve [-- SECONDS [CLIENTS]]`. Each sends the sample photos one after
 * the other to `POST /api/v1/identify`, at once again after an answer, after `Retry-After` when told to come
 * again; meanwhile `/healthz` is asked every 50 ms. Before and after it the library identifies the same
 * photos with the same gallery for a third of the time, as many at a time as it wants. The server is a
 * process of its own; the clients take their share of the same processor, which is printed. Processor time a
 * photo hardly depends on what else the machine does; throughput and times do. Memory is printed for each tenth
 * of the run: give 600 seconds to see whether it grows.
 */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { galleryClassifier, openExistingGallery } from '../../src/gallery/index.ts';
import { packCalibration } from '../../src/packs/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { samplePhoto } from '../../test/support/bundled-weights.ts';
import { startServer } from '../../test/support/visage-server.ts';

const seconds = Number(process.argv[2] ?? 60);
const clients = Number(process.argv[3] ?? 64);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const photos = await Promise.all([1, 2, 3, 4, 5, 6].map((i) => readFile(samplePhoto(`sample${i}.jpg`))));
const folder = await mkdtemp(join(tmpdir(), 'visage-bench-serve-'));
const galleryPath = join(folder, 'people.gallery');

interface Answer {
  readonly status: number;
  readonly retryAfterMs: number;
  readonly body: string;
  readonly ms: number;
}

function ask(
  address: string,
  path: string,
  agent: Agent,
  photo?: Buffer,
  type = 'image/jpeg',
): Promise<Answer> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const headers = photo === undefined ? {} : { 'content-type': type, 'content-length': photo.length };
    const asked = httpRequest(
      address + path,
      { method: photo === undefined ? 'GET' : 'POST', agent, headers },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('error', reject).on('end', () => {
          const retryAfterMs = 1000 * Number(response.headers['retry-after'] ?? 0);
          resolve({ status: response.statusCode!, retryAfterMs, body, ms: performance.now() - start });
        });
      },
    );
    asked.on('error', reject).end(photo);
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;

interface Speed {
  readonly photosPerSecond: number;
  readonly cpuMsPerPhoto: number;
}

async function inLibrary(forSeconds: number): Promise<Speed> {
  await using gallery = await openExistingGallery(galleryPath);
  await using recognizer = await openRecognizer();
  const { maxDistance } = recognizer.pack.embedder;
  const calibration = await packCalibration(gallery.pack);
  const classifier = await galleryClassifier(gallery, { maxDistance, calibration });
  const identify = (i: number) =>
    recognizer.identify({ name: `${i}.jpg`, bytes: photos[i % photos.length]! }, classifier);
  await Promise.all(photos.map((_, i) => identify(i)));
  const start = performance.now();
  const cpu = process.cpuUsage();
  let done = 0;
  const one = async (offset: number): Promise<void> => {
    for (let i = offset; performance.now() - start < 1000 * forSeconds; i++) {
      await identify(i);
      done++;
    }
  };
  await Promise.all(Array.from({ length: recognizer.concurrency }, (_, offset) => one(offset)));
  const { user, system } = process.cpuUsage(cpu);
  return {
    photosPerSecond: (1000 * done) / (performance.now() - start),
    cpuMsPerPhoto: (user + system) / 1000 / done,
  };
}

const { child, ended, address } = await startServer(['--without-keys', '--gallery', galleryPath]);
const cpuSeconds = async (): Promise<number> =>
  Number(/^process_cpu_seconds_total (\S+)/m.exec((await ask(address, '/metrics', health)).body)![1]);
const agent = new Agent({ keepAlive: true, maxSockets: clients });
const health = new Agent({ keepAlive: true });
try {
  for (const [i, photo] of photos.entries()) {
    const start = `--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nPerson ${i}\r\n--b\r\nContent-Disposition: form-data; name="photo"; filename="${i}.jpg"\r\n\r\n`;
    const form = Buffer.concat([Buffer.from(start), photo, Buffer.from('\r\n--b--\r\n')]);
    const { status, body } = await ask(
      address,
      '/api/v1/enroll',
      agent,
      form,
      'multipart/form-data; boundary=b',
    );
    if (status !== 201) throw new Error(body);
  }
  const expected = await Promise.all(photos.map((photo) => ask(address, '/api/v1/identify', agent, photo)));
  const before = await inLibrary(seconds / 3);

  const statuses = new Map<number, number>();
  const [times, healthTimes, memories]: [number[], number[], number[]] = [[], [], []];
  let [wrong, loopDelayMs] = [0, 0];
  const cpuBefore = await cpuSeconds();
  const ownCpuBefore = process.cpuUsage();
  const start = performance.now();
  const running = (): boolean => performance.now() - start < 1000 * seconds;
  const client = async (offset: number): Promise<void> => {
    for (let i = offset; running(); i++) {
      const { status, retryAfterMs, body, ms } = await ask(
        address,
        '/api/v1/identify',
        agent,
        photos[i % photos.length],
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 200) {
        times.push(ms);
        if (body !== expected[i % photos.length]!.body) wrong++;
      } else await pause(retryAfterMs);
    }
  };
  const watchHealth = async (): Promise<void> => {
    while (running()) {
      healthTimes.push((await ask(address, '/healthz', health)).ms);
      await pause(50);
    }
  };
  const watchMemory = async (): Promise<void> => {
    while (running()) {
      const { body } = await ask(address, '/metrics', health);
      const gauge = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(body)![1]);
      memories.push(gauge('process_resident_memory_bytes') / 2 ** 20);
      loopDelayMs = Math.max(loopDelayMs, 1000 * gauge('visage_event_loop_delay_p99_seconds'));
      await pause(Math.min(2000, 20 * seconds));
    }
  };
  await Promise.all([watchHealth(), watchMemory(), ...Array.from({ length: clients }, (_, i) => client(i))]);
  const cpuMs = (1000 * ((await cpuSeconds()) - cpuBefore)) / (statuses.get(200) ?? 0);
  const served = (1000 * (statuses.get(200) ?? 0)) / (performance.now() - start);
  const own = process.cpuUsage(ownCpuBefore);
  const clientCpuMs = (own.user + own.system) / 1000 / (statuses.get(200) ?? 0);
  const after = await inLibrary(seconds / 3);

  const library = (before.photosPerSecond + after.photosPerSecond) / 2;
  const libraryCpuMs = (before.cpuMsPerPhoto + after.cpuMsPerPhoto) / 2;
  const tenths = Array.from({ length: 10 }, (_, i) =>
    memories.slice(Math.floor((i * memories.length) / 10), Math.ceil(((i + 1) * memories.length) / 10)),
  );
  const middle = (values: readonly number[]): string => percentile(values, 0.5).toFixed(0);
  say(
    `${clients} clients, ${seconds} s, ${photos.length} photos of 1920 px, ${expected.length} answers expected`,
  );
  say(
    `answers by status: ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}; wrong: ${wrong}`,
  );
  say(
    `served ${served.toFixed(2)} photos/s; library ${before.photosPerSecond.toFixed(2)} before, ${after.photosPerSecond.toFixed(2)} after: ${((100 * served) / library).toFixed(0)} %`,
  );
  say(
    `processor time a photo: served ${cpuMs.toFixed(0)} ms, library ${libraryCpuMs.toFixed(0)} ms: ${((100 * libraryCpuMs) / cpuMs).toFixed(0)} %`,
  );
  say(`the clients took ${clientCpuMs.toFixed(1)} ms of processor time a photo beside it`);
  say(`identify: median ${middle(times)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms`);
  say(
    `/healthz: median ${percentile(healthTimes, 0.5).toFixed(1)} ms, p99 ${percentile(healthTimes, 0.99).toFixed(1)} ms of ${healthTimes.length}`,
  );
  say(`memory, median of each tenth: ${tenths.map(middle).join(', ')} MB`);
  say(`event loop of the server: largest p99 of 2 s ${loopDelayMs.toFixed(1)} ms`);
} finally {
  agent.destroy();
  health.destroy();
  child.kill('SIGTERM');
  await Promise.race([ended, once(child, 'close')]);
  await rm(folder, { recursive: true });
}
