import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a contestant says after a round: wall time and the number of faces in each photo. */
export interface Round {
  readonly ms: number;
  readonly faces: readonly number[];
}

/** A warm program under measurement, in one or more processes that share the photos. */
export class Contestant {
  readonly name: string;
  readonly #children: readonly ChildProcess[];

  private constructor(name: string, children: readonly ChildProcess[]) {
    this.name = name;
    this.#children = children;
  }

  static async start(name: string, script: string, processes = 1): Promise<Contestant> {
    const children = Array.from({ length: processes }, () => fork(script));
    await Promise.all(children.map((child) => once(child, 'message')));
    return new Contestant(name, children);
  }

  /** Gives every process its share of the photos; the time is that of the slowest. */
  async run(photos: readonly string[]): Promise<Round> {
    const count = this.#children.length;
    const rounds = await Promise.all(
      this.#children.map(async (child, k): Promise<Round> => {
        child.send({ photos: photos.filter((_, i) => i % count === k) });
        const [round] = (await once(child, 'message')) as [Round];
        return round;
      }),
    );
    return {
      ms: Math.max(...rounds.map((round) => round.ms)),
      faces: photos.map((_, i) => rounds[i % count]!.faces[Math.floor(i / count)]!),
    };
  }

  stop(): void {
    for (const child of this.#children) child.kill();
  }
}
