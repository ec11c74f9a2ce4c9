"""
Compares models of the spacing of faces, and views, on the people of LFW with 2 to 4 images, who take part in no measurement:

    python3 bench/lfw/spacing.py IMAGES EMBEDDINGS [--splits 5]

IMAGES is the folder images/ of LFW, EMBEDDINGS the file lfw-….f32 that `npm run bench:identification` leaves in bench/ of the cache
folder. Half of the people fit; of the other half one part is enrolled with all images but one and the other are strangers, both ways round.
Prints rank 1 and TPIR at FPIR 3, 1 and 0.3 %, means over splits. Needs NumPy.
"""
import argparse
import os

import numpy as np

DIMENSION = 128


def people_of(images):
    people = {}
    files = sorted(
        os.path.relpath(os.path.join(folder, name), images)
        for folder, _, names in os.walk(images)
        for name in names
        if name.endswith(".jpg")
    )
    for row, name in enumerate(files):
        people.setdefault(name.split("/")[0], []).append(row)
    return len(files), [rows for rows in people.values() if 2 <= len(rows) <= 4]


def measured(faces, owners):
    """Mean distance of each face to the five nearest of other people."""
    distances = np.sqrt(np.maximum(0, 2 - 2 * faces @ faces.T))
    distances[owners[:, None] == owners[None]] = np.inf
    return np.partition(distances, 5, axis=1)[:, :5].mean(axis=1)


def even(faces, spacings):
    return lambda given: np.full(len(given), spacings.mean())


def linear(faces, spacings, ridge=0.1):
    centre, mean = faces.mean(axis=0), spacings.mean()
    inner = faces - centre
    matrix = inner.T @ inner
    matrix += np.eye(len(matrix)) * ridge * np.trace(matrix) / len(matrix)
    weights = np.linalg.solve(matrix, inner.T @ (spacings - mean))
    return lambda given: np.maximum(0.4 * mean, (given - centre) @ weights + mean)


def quadratic(share=0.5, penalty=1.0, bends=16):
    def fit(faces, spacings):
        centre, mean = faces.mean(axis=0), spacings.mean()
        scale = np.sqrt(((faces - centre) ** 2).sum(axis=1).mean())
        inner = (faces - centre) / scale
        products = inner @ inner.T
        shares = np.linalg.solve(share * products + products**2 + penalty * np.eye(len(faces)), spacings - mean)
        weights = share * inner.T @ shares
        values, vectors = np.linalg.eigh((inner * shares[:, None]).T @ inner)
        kept = np.argsort(-np.abs(values))[:bends]

        def predict(given):
            z = (given - centre) / scale
            return z @ weights + (z @ vectors[:, kept]) ** 2 @ values[kept]

        offset = (spacings - predict(faces)).mean()
        return lambda given: np.maximum(0.4 * mean, predict(given) + offset)

    return fit


def crowded(distances):
    """Over the mean of the three nearest others to the power 0.4."""
    nearest = np.sort(distances, axis=1)[:, :4]
    among = distances <= nearest[:, 3:4]
    others = np.where(among, nearest.sum(axis=1, keepdims=True) - distances, nearest[:, :3].sum(axis=1, keepdims=True))
    return distances / (others / 3) ** 0.4


def rates(embeddings, enrolled, strangers, spacing, mean):
    templates, counts, probes = [], [], []
    for rows in enrolled:
        sum_ = embeddings[rows[:-1]].sum(axis=0)
        templates.append(sum_ / np.linalg.norm(sum_))
        counts.append(len(rows) - 1)
        probes.append(rows[-1])
    templates, counts = np.array(templates), np.array(counts)
    averaging = np.sqrt((1 + 0.5 / counts) / 1.5)
    own = spacing(templates)

    def relative(faces):
        distances = np.sqrt(np.maximum(0, 2 - 2 * faces @ templates.T))
        return distances / (averaging * (spacing(faces)[:, None] + own) / (2 * mean))

    known = relative(embeddings[probes])
    unknown = np.sort(crowded(relative(embeddings[np.concatenate(strangers)])).min(axis=1))
    places = np.arange(len(probes))
    right = known.argmin(axis=1) == places
    scores = crowded(known)[places, places]
    limits = [unknown[int(len(unknown) * share)] for share in (0.03, 0.01, 0.003)]
    return [right.mean()] + [(right & (scores < limit)).mean() for limit in limits]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("images")
    parser.add_argument("embeddings")
    parser.add_argument("--splits", type=int, default=5)
    given = parser.parse_args()
    count, people = people_of(given.images)
    embeddings = np.fromfile(given.embeddings, np.float32).reshape(count, DIMENSION).astype(float)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    models = {"even": even, "linear": linear, "quadratic": quadratic()}
    models |= {f"quadratic, penalty {p}": quadratic(penalty=p) for p in (0.3, 3.0)}
    models |= {f"quadratic, {n} bends": quadratic(bends=n) for n in (8, 32, DIMENSION)}
    for name, model in models.items():
        found = []
        for split in range(given.splits):
            order = np.random.default_rng(split).permutation(len(people))
            halves = np.array_split(order, 2)
            for fit, rest in (halves, halves[::-1]):
                rows = np.concatenate([people[p] for p in fit])
                owners = np.concatenate([[p] * len(people[p]) for p in fit])
                spacings = measured(embeddings[rows], owners)
                spacing = model(embeddings[rows], spacings)
                parts = [[people[p] for p in part] for part in np.array_split(rest, 2)]
                for enrolled, strangers in (parts, parts[::-1]):
                    found.append(rates(embeddings, enrolled, strangers, spacing, spacings.mean()))
        print(name, *(f"{100 * rate:.2f}" for rate in np.mean(found, axis=0)), flush=True)


if __name__ == "__main__":
    main()
