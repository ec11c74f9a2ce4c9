"""Goldens of the calibration from scikit-learn and NumPy: writes test/calibrate/goldens/calibrate.json."""
import json
import os

import numpy as np
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(7)


def log_odds(same, different):
    """Weighted logistic regression with Platt's smoothed targets, each a pair of weighted examples."""
    rows, labels, weights = [], [], []
    for scores, target in ((same, (len(same) + 1) / (len(same) + 2)), (different, 1 / (len(different) + 2))):
        for score in scores:
            rows += [[score], [score]]
            labels += [1, 0]
            weights += [target / len(scores), (1 - target) / len(scores)]
    fitted = LogisticRegression(penalty="none", tol=1e-12, max_iter=100000)
    # Weights near 1, or the stopping rule sees gradients that are small already.
    fitted.fit(np.array(rows), np.array(labels), np.array(weights) * 1000)
    return {
        "same": list(map(float, same)),
        "different": list(map(float, different)),
        "slope": float(fitted.coef_[0, 0]),
        "offset": float(fitted.intercept_[0]),
    }


def curve(scores):
    """Rates at the scores themselves, the excess over the 30th highest."""
    ordered = np.sort(scores)[::-1]
    last = ordered[29]
    excess = ordered[ordered > last] - last
    at = np.quantile(scores, [0.05, 0.3, 0.5, 0.8, 0.9])
    return {
        "scores": scores.tolist(),
        "tailScale": float(excess.mean()),
        "lastScore": float(last),
        "lastRate": 30 / len(scores),
        "at": at.tolist(),
        "rates": [float((scores >= a).mean()) for a in at],
        "beyond": float(last + 3 * excess.mean()),
        "beyondLogRate": float(np.log(30 / len(scores)) - 3),
    }


def crowd(count, usual, weight):
    """Each score over the mean distance of the three nearest others, to the power 0.4 by weight."""
    scores = -np.sort(rng.uniform(0.2, 0.9, count).round(4))
    rng.shuffle(scores)
    next_distances = [-np.sort(np.delete(scores, i))[::-1][:3].mean() for i in range(count)]
    crowded = scores / (np.array(next_distances) / usual) ** (0.4 * weight)
    return {"scores": scores.tolist(), "usual": usual, "weight": weight, "crowded": crowded.tolist()}


goldens = {
    "logOdds": [
        log_odds(rng.normal(0.6, 0.12, 60).round(6), rng.normal(0.1, 0.1, 300).round(6)),
        log_odds(rng.normal(40, 20, 25).round(3), rng.normal(0, 20, 25).round(3)),
        log_odds(np.array([0.7, 0.8]), np.array([0.1, 0.15, 0.2])),
    ],
    "curves": [curve(rng.normal(0.1, 0.1, 2000).round(6)), curve(rng.normal(-3, 8, 500).round(1))],
    "crowds": [crowd(4, 0.4, 1), crowd(16, 0.5, 0.3), crowd(300, 0.45, 1)],
}
path = os.path.join(os.path.dirname(__file__), "../../test/calibrate/goldens/calibrate.json")
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, "w", encoding="utf-8") as file:
    json.dump(goldens, file)
    file.write("\n")
