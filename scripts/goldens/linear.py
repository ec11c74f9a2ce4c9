"""Goldens of the linear SVM from scikit-learn: writes test/classify/goldens/linear.json.

LinearSVC(dual=True) runs LIBLINEAR's dual coordinate descent; CalibratedClassifierCV(ensemble=False)
is the same calibration: Platt sigmoids on out-of-fold decisions, class by class, divided by their sum.
"""
import json
import os

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.model_selection import PredefinedSplit
from sklearn.svm import LinearSVC

rng = np.random.default_rng(11)


def short(rows, decimals=4):
    """Rounded so that the file stays small; as float32, which is what both sides then learn from."""
    return np.round(rows, decimals).astype(np.float32)


def blobs(classes, rows, dimension, spread, sizes=None):
    centres = rng.normal(size=(classes, dimension))
    labels = np.repeat(np.arange(classes), sizes if sizes is not None else rows)
    return short(centres[labels] + spread * rng.normal(size=(len(labels), dimension))), labels


def faces(people, photos, dimension):
    """Unit vectors round unit centres, as embeddings lie."""
    x, y = blobs(people, photos, dimension, 0.6)
    return short(x / np.linalg.norm(x, axis=1, keepdims=True), 5), y


iris = load_iris()
sets = {
    "overlapping": blobs(2, 30, 2, 1.3),
    "iris": (short(iris.data, 1), iris.target),
    "faces": faces(6, 5, 64),
    "unbalanced": blobs(4, None, 5, 0.8, [3, 8, 20, 6]),
    "wide": blobs(3, 5, 40, 1.0),
}


def dump(x):
    return [[float(str(v)) for v in row] for row in x]


cases = []
for name, (x, y) in sets.items():
    probes = short(x[rng.permutation(len(x))[:8]] + 0.3 * rng.normal(size=(8, x.shape[1])), 4)
    fits = []
    settings = [
        ("hinge", 1.0, 1.0, "none"),
        ("squared_hinge", 1.0, 1.0, "none"),
        ("squared_hinge", 0.05, 1.0, "none"),
        ("hinge", 0.3, 0.0, "none"),
        ("squared_hinge", 1.0, 2.0, "balanced"),
        ("hinge", 0.5, 1.0, "balanced"),
    ]
    for loss, c, scaling, weight in settings:
        svc = LinearSVC(
            loss=loss,
            C=c,
            dual=True,
            tol=1e-9,
            max_iter=10_000_000,
            fit_intercept=scaling > 0,
            intercept_scaling=scaling or 1,
            class_weight=None if weight == "none" else weight,
            random_state=0,
        )
        svc.fit(x.astype(np.float64), y)
        decision = svc.decision_function(probes.astype(np.float64))
        fits.append(
            {
                "loss": loss.replace("_", "-"),
                "C": c,
                "interceptScaling": scaling,
                "classWeight": weight,
                "decision": np.round(np.atleast_2d(decision.T).T, 8).tolist(),
                "predicted": svc.predict(probes).tolist(),
            }
        )
    folds = np.zeros(len(y), int)
    for label in set(y):
        rows = np.flatnonzero(y == label)
        folds[rows] = np.arange(len(rows)) % 3
    svc = LinearSVC(loss="hinge", C=1.0, dual=True, tol=1e-9, max_iter=10_000_000, random_state=0)
    calibrated = CalibratedClassifierCV(svc, method="sigmoid", ensemble=False, cv=PredefinedSplit(folds))
    calibrated.fit(x.astype(np.float64), y)
    cases.append(
        {
            "name": name,
            "rows": dump(x),
            "labels": y.tolist(),
            "probes": dump(probes),
            "fits": fits,
            "folds": folds.tolist(),
            "probability": np.round(calibrated.predict_proba(probes.astype(np.float64)), 7).tolist(),
        }
    )

here = os.path.dirname(os.path.abspath(__file__))
target = os.path.join(here, "..", "..", "test", "classify", "goldens", "linear.json")
with open(target, "w", encoding="utf-8") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
