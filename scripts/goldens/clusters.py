"""Goldens of clusterScores and clusterMistakes: writes test/evaluate/goldens/clusters.json.

BCubed straight from its definition, face by face, with NumPy; pairs and the adjusted Rand index from scikit-learn.
"""
import json
import os

import numpy as np
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix, pair_confusion_matrix

rng = np.random.default_rng(46)


def case(people, clusters):
    """`clusters`: -1 for a face in no cluster."""
    people = np.asarray(people)
    clusters = np.asarray(clusters)
    alone = clusters < 0
    whole = clusters.copy()
    whole[alone] = clusters.max() + 1 + np.arange(alone.sum())
    same_person = people[:, None] == people[None, :]
    same_cluster = whole[:, None] == whole[None, :]
    both = (same_person & same_cluster).sum(axis=1)
    precision = (both / same_cluster.sum(axis=1)).mean()
    recall = (both / same_person.sum(axis=1)).mean()
    (_, false_pairs), (missed_pairs, same_pairs) = pair_confusion_matrix(people, whole)
    claimed, real = same_pairs + false_pairs, same_pairs + missed_pairs
    pair_precision = same_pairs / claimed if claimed else 1.0
    pair_recall = same_pairs / real if real else 1.0

    def mistakes(rows, columns):
        """Pairs of each row's faces that are in two columns, where there are any, the most first."""
        table = contingency_matrix(rows, columns)
        pairs = (table.sum(axis=1) ** 2 - (table**2).sum(axis=1)) // 2
        return sorted((int(n) for n in pairs if n), reverse=True)

    def f(p, r):
        return 2 * p * r / (p + r) if p + r else 0.0

    return {
        "people": people.tolist(),
        "clusters": [None if c < 0 else c for c in clusters.tolist()],
        "wrongPairs": mistakes(whole, people),
        "lostPairs": mistakes(people, whole),
        "scores": {
            "faces": len(people),
            "people": len(np.unique(people)),
            "clusters": len(np.unique(whole)),
            "bcubed": {"precision": precision, "recall": recall, "f": f(precision, recall)},
            "pairwise": {
                "precision": float(pair_precision),
                "recall": float(pair_recall),
                "f": float(f(pair_precision, pair_recall)),
            },
            "adjustedRandIndex": float(adjusted_rand_score(people, whole)),
            "mixedClusters": int(sum(len(np.unique(people[whole == c])) > 1 for c in np.unique(whole))),
            "splitPeople": int(sum(len(np.unique(whole[people == p])) > 1 for p in np.unique(people))),
        },
    }


def blurred(faces, people, error, alone):
    truth = rng.integers(0, people, faces)
    found = np.where(rng.random(faces) < error, rng.integers(0, people * 2, faces), truth)
    return truth, np.where(rng.random(faces) < alone, -1, found)


goldens = [
    case(*blurred(200, 30, 0.15, 0.1)),
    case(*blurred(400, 8, 0.4, 0)),
    case(*blurred(60, 60, 0.1, 0.5)),
    case([0, 0, 1, 1], [3, 3, 5, 5]),
    case([0, 0, 1, 1], [-1, -1, -1, -1]),
    case([0, 1, 2, 3], [-1, -1, -1, -1]),
    case([0, 1, 2, 3], [0, 0, 0, 0]),
    case([0, 0, 0], [1, 1, 1]),
    case([0], [0]),
]
here = os.path.dirname(os.path.abspath(__file__))
target = os.path.join(here, "..", "..", "test", "evaluate", "goldens", "clusters.json")
with open(target, "w", encoding="utf-8") as file:
    json.dump(goldens, file, separators=(",", ":"))
    file.write("\n")
