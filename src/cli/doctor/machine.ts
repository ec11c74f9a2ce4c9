import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { byteCount, counted } from '../view/units.ts';
import { type CheckResult, fail, ok, warn } from './check.ts';

/** Node versions by number, part by part: negative where `a` is older. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  for (let part = 0; part < 3; part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** @param needed as in `package.json`: `>=20.19` */
export function checkNode(version: string, needed: string): CheckResult {
  const least = needed.replace(/^>=\s*/, '');
  return compareVersions(version, least) >= 0
    ? ok('Node.js', `${version} (needs ${least} or newer)`)
    : fail(
        'Node.js',
        `${version}; ${least} or newer is needed`,
        'Install the current long-term release from nodejs.org.',
      );
}

// The systems that onnxruntime-node 1.30 carries binaries for.
const platforms = ['linux x64', 'linux arm64', 'darwin arm64', 'win32 x64', 'win32 arm64'];

/** @param glibc version of the C library; undefined where it is another one (Alpine's musl) or another system */
export function checkPlatform(platform: string, processor: string, glibc: string | undefined): CheckResult {
  const name = `${platform} ${processor}`;
  if (!platforms.includes(name)) {
    return fail('Platform', `${name} has no ONNX Runtime binary`, `Use one of: ${platforms.join(', ')}.`);
  }
  if (platform !== 'linux') return ok('Platform', name);
  return glibc === undefined
    ? fail(
        'Platform',
        `${name} without the GNU C library`,
        'Use a distribution with glibc, such as Debian, instead of Alpine.',
      )
    : ok('Platform', `${name}, glibc ${glibc}`);
}

/** The version of the GNU C library that runs this process. */
export function glibcVersion(): string | undefined {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime;
}

export function checkProcessor(): CheckResult {
  const model = cpus()[0]?.model.trim() ?? '';
  return ok('Processor', `${counted(availableParallelism(), 'core')}${model === '' ? '' : `, ${model}`}`);
}

// The bar for a folder of any length is 600 MB at the peak; the system wants some as well.
const comfortableBytes = 1e9;

/** @param limit memory that this process may use, where a container sets one; else that of the machine */
export function checkMemory(limit: number = memoryLimit(), free: number = freemem()): CheckResult {
  const detail = `${byteCount(limit)}, ${byteCount(Math.min(free, limit))} free`;
  return limit >= comfortableBytes
    ? ok('Memory', detail)
    : warn('Memory', detail, 'Use --workers 1: every worker holds its own copy of the networks.');
}

/** `constrainedMemory` is 0 or beyond all bounds where no limit is set. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
