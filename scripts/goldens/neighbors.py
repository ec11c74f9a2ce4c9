"""Goldens of the simple classifiers from scikit-learn: writes test/classify/goldens/neighbors.json."""
import json
import os

import numpy as np
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.preprocessing import LabelEncoder, Normalizer

rng = np.random.default_rng(7)


def short(rows, decimals=4):
    return np.round(rows, decimals).astype(np.float32)


def dump(x):
    return [[float(str(v)) for v in row] for row in x]


def people(classes, sizes, dimension, spread):
    centres = rng.normal(size=(classes, dimension))
    labels = np.repeat(np.arange(classes), sizes)
    x = centres[labels] + spread * rng.normal(size=(len(labels), dimension))
    return short(x / np.linalg.norm(x, axis=1, keepdims=True)), labels


cases = []
for x, y in [
    people(5, [6] * 5, 16, 0.9),
    people(3, [2, 9, 4], 4, 1.2),
    people(8, [1] * 8, 8, 0.5),
]:
    probes = short(np.vstack([x[:3], rng.normal(size=(9, x.shape[1]))]))
    votes = []
    for neighbors in (1, 3, 5, 7):
        for weights in ("uniform", "distance"):
            # A tree computes distances by differences; brute force by a product that loses digits.
            knn = KNeighborsClassifier(n_neighbors=neighbors, weights=weights, algorithm="kd_tree")
            knn.fit(x.astype(np.float64), y)
            votes.append(
                {
                    "neighbors": neighbors,
                    "weights": weights,
                    "probability": np.round(knn.predict_proba(probes.astype(np.float64)), 10).tolist(),
                }
            )
    centroid = NearestCentroid().fit(x.astype(np.float64), y)
    cases.append(
        {
            "rows": dump(x),
            "labels": y.tolist(),
            "probes": dump(probes),
            "votes": votes,
            "centroids": np.round(centroid.centroids_, 9).tolist(),
            "nearestCentroid": centroid.predict(probes.astype(np.float64)).tolist(),
        }
    )

names = ["madonna", "Zo\u00eb", "\U0001f600", "\uff21", "__proto__", "", "ben_afflek", "Ben", "a b", "a\tb", "\ufb01n"]
rows = np.array([[3, 4, 0], [0, 0, 0], [1e-12, 0, 0], [-1, 2, -2], [1e18, 1e18, 0]], dtype=np.float32)
goldens = {
    "cases": cases,
    "names": names,
    "sorted": LabelEncoder().fit(np.array(names, dtype=object)).classes_.tolist(),
    "encoded": LabelEncoder().fit_transform(np.array(names, dtype=object)).tolist(),
    "unnormalised": [[float(v) for v in row] for row in rows],
    "normalised": Normalizer(norm="l2").fit_transform(rows.astype(np.float64)).tolist(),
}
here = os.path.dirname(os.path.abspath(__file__))
target = os.path.join(here, "..", "..", "test", "classify", "goldens", "neighbors.json")
with open(target, "w", encoding="utf-8") as file:
    json.dump(goldens, file, separators=(",", ":"))
    file.write("\n")
