/**
 * Turns the probabilities of pairs of classes into probabilities of classes: the second method of
 * Wu, Lin and Weng, "Probability estimates for multi-class classification by pairwise coupling",
 * JMLR 5 (2004), section 4 and algorithm 2, with libsvm's stopping rule. Holds scratch memory.
 */
export class PairwiseCoupling {
  readonly #classCount: number;
  /** Pairwise probabilities: row i, column j holds P(i | i or j). */
  readonly pairwise: Float64Array;
  readonly #q: Float64Array;
  readonly #qp: Float64Array;

  constructor(classCount: number) {
    this.#classCount = classCount;
    this.pairwise = new Float64Array(classCount * classCount);
    this.#q = new Float64Array(classCount * classCount);
    this.#qp = new Float64Array(classCount);
  }

  /** Couples what stands in {@link pairwise}. Two classes: their pair's probabilities themselves. */
  solve(): Float64Array {
    const k = this.#classCount;
    if (k === 2) return Float64Array.of(this.pairwise[1]!, this.pairwise[2]!);
    this.#fillQ();
    const q = this.#q;
    const qp = this.#qp;
    const p = new Float64Array(k).fill(1 / k);
    const rounds = Math.max(100, k);
    for (let round = 0; round < rounds; round++) {
      let pqp = 0;
      for (let t = 0, at = 0; t < k; t++) {
        let sum = 0;
        for (let j = 0; j < k; j++) sum += q[at++]! * p[j]!;
        qp[t] = sum;
        pqp += p[t]! * sum;
      }
      let largestError = 0;
      for (let t = 0; t < k; t++) largestError = Math.max(largestError, Math.abs(qp[t]! - pqp));
      if (largestError < 0.005 / k) break;
      for (let t = 0; t < k; t++) {
        const row = t * k;
        const difference = (pqp - qp[t]!) / q[row + t]!;
        p[t]! += difference;
        const scale = 1 / (1 + difference);
        pqp = (pqp + difference * (difference * q[row + t]! + 2 * qp[t]!)) * scale * scale;
        for (let j = 0; j < k; j++) {
          qp[j] = (qp[j]! + difference * q[row + j]!) * scale;
          p[j]! *= scale;
        }
      }
    }
    return p;
  }

  #fillQ(): void {
    const [k, r, q] = [this.#classCount, this.pairwise, this.#q];
    for (let t = 0; t < k; t++) {
      let diagonal = 0;
      for (let j = 0; j < k; j++) {
        if (j === t) continue;
        const opposite = r[j * k + t]!;
        diagonal += opposite * opposite;
        q[t * k + j] = -opposite * r[t * k + j]!;
      }
      q[t * k + t] = diagonal;
    }
  }
}
