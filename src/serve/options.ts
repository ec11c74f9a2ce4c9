import { availableParallelism } from 'node:os';
import type { OptionSchema, OptionsOf } from '../kernel/index.ts';

/** Limits of a server, as flags of `visage serve` and options of `openServer`. */
export const serverLimits = {
  maxBodyMb: {
    type: 'number',
    default: 32,
    min: 1,
    max: 256,
    description: 'Largest request, in megabytes (2²⁰ bytes).',
  },
  maxPixels: {
    type: 'number',
    default: 50e6,
    min: 1,
    integer: true,
    description: 'Photos with more pixels than this are refused.',
  },
  maxActive: {
    type: 'number',
    // Enough that each worker has a photo while others are decoded, as Recognizer.concurrency has it.
    default: Math.min(2 * availableParallelism() + 1, 17),
    min: 1,
    max: 256,
    integer: true,
    description: 'Photos that are worked on at the same time.',
  },
  maxQueued: {
    type: 'number',
    default: 64,
    min: 0,
    max: 10_000,
    integer: true,
    description: 'Requests with photos that may wait; further ones are told to come again.',
  },
  timeoutSeconds: {
    type: 'number',
    default: 30,
    exclusiveMin: 0,
    max: 3600,
    description: 'Longest time a request with photos may take, waiting included.',
  },
  requestsPerMinute: {
    type: 'number',
    default: 3000,
    min: 0,
    max: 1e6,
    integer: true,
    description: 'Requests a minute of one key; 0: any number.',
  },
  rememberedFaces: {
    type: 'number',
    default: 2000,
    min: 0,
    max: 100_000,
    integer: true,
    description: 'Faces kept in memory to be named later; the oldest go first.',
  },
  rememberMinutes: {
    type: 'number',
    default: 60,
    exclusiveMin: 0,
    max: 1440,
    description: 'How long they are kept.',
  },
} as const satisfies OptionSchema;

export type ServerLimits = OptionsOf<typeof serverLimits>;
