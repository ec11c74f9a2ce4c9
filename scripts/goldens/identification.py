"""Goldens of identification from plain NumPy, and of intervals from SciPy: test/evaluate/goldens/identification.json."""
import json
import os

import numpy as np
from scipy.stats import binomtest

rng = np.random.default_rng(41)


def identification(people, known, unknown, decimals):
    """Scores of every probe against every person; few decimals make many ties."""
    own = rng.integers(0, people, known)
    known_scores = rng.normal(0.1, 0.15, (known, people))
    known_scores[np.arange(known), own] += 0.45
    unknown_scores = rng.normal(0.1, 0.15, (unknown, people))
    known_scores, unknown_scores = known_scores.round(decimals), unknown_scores.round(decimals)
    # The worst place among equals.
    ranks = (known_scores >= known_scores[np.arange(known), own][:, None]).sum(axis=1)
    best_known, best_unknown = known_scores.max(axis=1), unknown_scores.max(axis=1)
    thresholds = np.concatenate([[np.inf], np.unique(np.concatenate([best_known, best_unknown]))[::-1]])
    fpir = [(best_unknown >= t).mean() for t in thresholds]
    tpir = [((ranks == 1) & (best_known >= t)).mean() for t in thresholds]
    return {
        "own": own.tolist(),
        "knownScores": known_scores.tolist(),
        "unknownScores": unknown_scores.tolist(),
        "ranks": ranks.tolist(),
        "cumulativeMatch": [float((ranks <= k).mean()) for k in range(1, people + 1)],
        "falsePositiveRate": [float(rate) for rate in fpir],
        "truePositiveRate": [float(rate) for rate in tpir],
        "tpirAtFpir": [
            {"fpir": f, "tpir": float(max(t for t, p in zip(tpir, fpir) if p <= f))} for f in (0, 0.01, 0.1, 0.5, 1)
        ],
    }


def interval(hits, trials):
    found = binomtest(hits, trials).proportion_ci(confidence_level=0.95, method="wilson")
    return {"hits": hits, "trials": trials, "low": float(found.low), "high": float(found.high)}


goldens = {
    "identification": [identification(6, 40, 30, 3), identification(12, 60, 80, 1)],
    "proportions": [interval(*pair) for pair in ((0, 1), (0, 3000), (1, 2000), (7, 9), (500, 1000), (12, 12))],
}
path = os.path.join(os.path.dirname(__file__), "../../test/evaluate/goldens/identification.json")
with open(path, "w", encoding="utf-8") as file:
    json.dump(goldens, file)
    file.write("\n")
