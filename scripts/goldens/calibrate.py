"""Goldens of the calibration from scikit-learn and NumPy: writes test/calibrate/goldens/calibrate.json."""
import json
import os

import numpy as np
from sklearn.kernel_ridge import KernelRidge
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


def spacing(count, size, bends, probes):
    """Kernel ridge regression on centred faces of mean length 1, then the largest eigenvectors of its square part."""
    faces = rng.normal(0.2, 1, (count + probes, size)) * np.linspace(0.5, 1.5, size)
    faces = (faces / np.linalg.norm(faces, axis=1, keepdims=True)).astype(np.float32).astype(float)
    measured = (0.6 + 0.2 * faces[:, 0] * faces[:, 1] - 0.3 * faces[:, 2] + rng.normal(0, 0.02, len(faces))).round(6)
    fitted, centre = faces[:count], faces[:count].mean(axis=0)
    scale = np.sqrt(((fitted - centre) ** 2).sum(axis=1).mean())
    inner = (fitted - centre) / scale
    kernel = KernelRidge(alpha=1, kernel=lambda a, b: 0.5 * (a @ b) + (a @ b) ** 2)
    mean = measured[:count].mean()
    kernel.fit(inner, measured[:count] - mean)
    values, vectors = np.linalg.eigh((inner * kernel.dual_coef_[:, None]).T @ inner)
    kept = np.argsort(-np.abs(values))[:bends]
    linear = 0.5 * kernel.dual_coef_ @ inner

    def predict(given):
        z = (given - centre) / scale
        return z @ linear + (z @ vectors[:, kept]) ** 2 @ values[kept]

    whole = predict(faces) + mean + (measured[:count] - mean - predict(fitted)).mean()
    if bends == size:
        assert np.allclose(whole - whole.mean(), (r := kernel.predict((faces - centre) / scale)) - r.mean())
    return {
        "faces": faces.round(9).tolist(),
        "fitted": count,
        "measured": measured[:count].tolist(),
        "predicted": whole.tolist(),
        "eigenvalues": (values[kept] / scale**2).tolist(),
    }


goldens = {
    "logOdds": [
        log_odds(rng.normal(0.6, 0.12, 60).round(6), rng.normal(0.1, 0.1, 300).round(6)),
        log_odds(rng.normal(40, 20, 25).round(3), rng.normal(0, 20, 25).round(3)),
        log_odds(np.array([0.7, 0.8]), np.array([0.1, 0.15, 0.2])),
    ],
    "curves": [curve(rng.normal(0.1, 0.1, 2000).round(6)), curve(rng.normal(-3, 8, 500).round(1))],
    "crowds": [crowd(4, 0.4, 1), crowd(16, 0.5, 0.3), crowd(300, 0.45, 1)],
    "spacings": [spacing(60, 6, 6, 10), spacing(200, 20, 16, 10)],
}
path = os.path.join(os.path.dirname(__file__), "../../test/calibrate/goldens/calibrate.json")
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, "w", encoding="utf-8") as file:
    json.dump(goldens, file)
    file.write("\n")
