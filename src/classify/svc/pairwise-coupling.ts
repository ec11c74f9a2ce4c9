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
      // Each change of one p is followed by a normalisation of all. The scale is carried along and paid
      // once a round: p and qp hold their values divided by it.
      let scale = 1;
      for (let t = 0; t < k; t++) {
        const row = t * k;
        const slope = qp[t]! * scale;
        const difference = (pqp - slope) / q[row + t]!;
        const shrink = 1 / (1 + difference);
        pqp = (pqp + difference * (difference * q[row + t]! + 2 * slope)) * shrink * shrink;
        const change = difference / scale;
        p[t]! += change;
        for (let j = 0; j < k; j++) qp[j]! += change * q[row + j]!;
        scale *= shrink;
      }
      for (let t = 0; t < k; t++) p[t]! *= scale;
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
