"""Goldens of the evaluation room's further measures from scikit-learn and NumPy: writes
test/evaluate/goldens/measures.json."""
import json
import os
from statistics import NormalDist

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, det_curve, roc_auc_score, roc_curve

rng = np.random.default_rng(47)
MASK = 0xFFFFFFFF


class Random:
    """The kernel's generator once more: xoshiro128** 1.1, state filled by splitmix32."""

    def __init__(self, seed):
        word = seed & MASK
        self.state = []
        for _ in range(4):
            word = (word + 0x9E3779B9) & MASK
            mixed = word
            mixed = ((mixed ^ (mixed >> 16)) * 0x85EBCA6B) & MASK
            mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35) & MASK
            self.state.append(mixed ^ (mixed >> 16))

    def bits(self):
        s = self.state
        rotated = (s[1] * 5) & MASK
        result = ((((rotated << 7) | (rotated >> 25)) & MASK) * 9) & MASK
        shifted = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = ((s[3] << 11) | (s[3] >> 21)) & MASK
        return result

    def integer(self, below):
        return int(self.bits() / 4294967296 * below)

    def fork(self, label):
        value = 0x811C9DC5
        for byte in label.encode():
            value = ((value ^ byte) * 0x01000193) & MASK
        return Random((self.state[0] ^ ((self.state[2] * 0x9E3779B1) & MASK) ^ value) & MASK)


def equal_error_rate(far, tar):
    """Where the line between two neighbouring points meets FAR = 1 - TAR."""
    excess = far + tar - 1
    right = int(np.argmax(excess >= 0))
    if right == 0:
        return float(far[0])
    share = -excess[right - 1] / (excess[right] - excess[right - 1])
    return float(far[right - 1] + share * (far[right] - far[right - 1]))


def people_pairs(people, same_pairs, different_pairs, decimals):
    first, second, same, distance = [], [], [], []
    for i in range(same_pairs + different_pairs):
        a = int(rng.integers(people))
        b = a if i < same_pairs else int((a + 1 + rng.integers(people - 1)) % people)
        first.append(a)
        second.append(b)
        same.append(int(a == b))
        distance.append(float(np.round(max(0, rng.normal(0.5 if a == b else 0.9, 0.17)), decimals)))
    return map(np.array, (first, second, same, distance))


def bootstrap(people, same_pairs, different_pairs, decimals, rounds, seed):
    first, second, same, distance = people_pairs(people, same_pairs, different_pairs, decimals)
    rates = [0.1, 0.01, 0]
    random = Random(seed).fork("people")
    count = int(max(first.max(), second.max())) + 1
    areas, errors, accepts = [], [], [[] for _ in rates]
    for _ in range(rounds):
        drawn = np.bincount([random.integer(count) for _ in range(count)], minlength=count)
        weight = np.where(same == 1, drawn[first], drawn[first] * drawn[second])
        if weight[same == 1].sum() == 0 or weight[same == 0].sum() == 0:
            continue
        far, tar, _ = roc_curve(same, -distance, sample_weight=weight, drop_intermediate=False)
        areas.append(roc_auc_score(same, -distance, sample_weight=weight))
        errors.append(equal_error_rate(far, tar))
        for i, rate in enumerate(rates):
            accepts[i].append(tar[far <= rate].max())

    def interval(values):
        return {"low": float(np.quantile(values, 0.025)), "high": float(np.quantile(values, 0.975))}

    return {
        "distances": distance.tolist(),
        "same": same.tolist(),
        "firstPeople": first.tolist(),
        "secondPeople": second.tolist(),
        "rounds": rounds,
        "seed": seed,
        "falseAcceptRates": rates,
        "areaUnderCurve": interval(areas),
        "equalErrorRate": interval(errors),
        "trueAcceptRates": [interval(values) for values in accepts],
    }


def reliability(answers, bins, decimals):
    stated = np.round(rng.beta(3, 1.2, answers), decimals)
    right = (rng.random(answers) < stated**1.4).astype(int)
    observed, mean_stated = calibration_curve(right, stated, n_bins=bins, strategy="uniform")
    edges = np.linspace(0, 1, bins + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], stated, side="right"), minlength=bins)
    return {
        "probabilities": stated.tolist(),
        "outcomes": right.tolist(),
        "bins": bins,
        "observed": observed.tolist(),
        "stated": mean_stated.tolist(),
        "brierScore": float(brier_score_loss(right, stated)),
        # scikit-learn puts what lies on a bound into the bin below; both agree where nothing does.
        "onBounds": int(np.isin(stated, edges[1:-1]).sum()),
        "counts": counts.tolist(),
    }


def det(pairs, decimals):
    _, _, same, distance = people_pairs(12, pairs // 2, pairs // 2, decimals)
    fpr, fnr, thresholds = det_curve(same, -distance)
    return {
        "distances": distance.tolist(),
        "same": same.tolist(),
        "points": sorted({(float(f), float(n)) for f, n in zip(fpr, fnr)}),
    }


def histogram(pairs, bins, decimals):
    _, _, same, distance = people_pairs(9, pairs, pairs * 2, decimals)
    edges = np.histogram_bin_edges(distance, bins)
    return {
        "distances": distance.tolist(),
        "same": same.tolist(),
        "edges": edges.tolist(),
        "counts": {
            "same": np.histogram(distance[same == 1], edges)[0].tolist(),
            "different": np.histogram(distance[same == 0], edges)[0].tolist(),
        },
    }


probabilities = [1e-300, 1e-12, 1e-6, 0.0001, 0.001, 0.02425, 0.075, 0.2, 0.5, 0.6, 0.925, 0.99, 0.999999]
goldens = {
    "bootstrap": [bootstrap(14, 60, 90, 6, 200, 5), bootstrap(6, 25, 25, 1, 120, 9)],
    "reliability": [reliability(400, 10, 15), reliability(90, 7, 15), reliability(12, 5, 15)],
    "det": [det(120, 6), det(200, 1)],
    "histogram": [histogram(200, 40, 15), histogram(50, 7, 15)],
    "normalDeviate": [{"probability": p, "deviate": NormalDist().inv_cdf(p)} for p in probabilities],
}
here = os.path.dirname(os.path.abspath(__file__))
target = os.path.join(here, "..", "..", "test", "evaluate", "goldens", "measures.json")
with open(target, "w", encoding="utf-8") as file:
    json.dump(goldens, file, separators=(",", ":"))
    file.write("\n")
