"""Goldens of the evaluation room from scikit-learn: writes test/evaluate/goldens/evaluate.json."""
import json
import os

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

rng = np.random.default_rng(20)


def verification(pairs, decimals):
    """Distances of `pairs` pairs; few decimals make many ties."""
    same = rng.random(pairs) < 0.45
    distance = np.where(same, rng.normal(0.45, 0.12, pairs), rng.normal(0.85, 0.14, pairs))
    distance = np.round(np.clip(distance, 0, 2), decimals)
    far, tar, thresholds = roc_curve(same, -distance, drop_intermediate=False)
    return {
        "distances": distance.tolist(),
        "same": same.astype(int).tolist(),
        "falseAcceptRate": far.tolist(),
        "trueAcceptRate": tar.tolist(),
        # The first of scikit-learn's thresholds is made up.
        "distanceThresholds": (-thresholds[1:]).tolist(),
        "areaUnderCurve": float(roc_auc_score(same, -distance)),
        "tarAtFar": [
            {"far": f, "tar": float(tar[far <= f].max())} for f in (0, 0.001, 0.01, 0.05, 0.1, 0.5, 1)
        ],
    }


def confusion(rows, names):
    expected = rng.choice(names, rows)
    predicted = np.where(rng.random(rows) < 0.7, expected, rng.choice(names, rows))
    classes = sorted(set(expected) | set(predicted))
    options = {"average": None, "zero_division": 0}
    return {
        "expected": expected.tolist(),
        "predicted": predicted.tolist(),
        "classes": classes,
        "counts": confusion_matrix(expected, predicted).tolist(),
        "recall": recall_score(expected, predicted, **options).tolist(),
        "precision": precision_score(expected, predicted, **options).tolist(),
        "accuracy": float(accuracy_score(expected, predicted)),
    }


goldens = {
    "verification": [verification(60, 6), verification(300, 2), verification(200, 1)],
    "confusion": [
        confusion(40, ["ben_afflek", "elton_john", "madonna"]),
        confusion(60, ["\U0001f600", "\uff21", "z", "Zo\u00eb", "__proto__", "a"]),
        confusion(5, ["p", "q", "r", "s", "t", "u", "v"]),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
target = os.path.join(here, "..", "..", "test", "evaluate", "goldens", "evaluate.json")
with open(target, "w", encoding="utf-8") as file:
    json.dump(goldens, file, separators=(",", ":"))
    file.write("\n")
