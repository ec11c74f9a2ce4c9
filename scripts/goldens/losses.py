"""
Goldens of the losses from PyTorch: writes test/train/goldens/losses.json.

Twelve embeddings of eight numbers, four people with three photos each, in float64, made unit by
F.normalize; losses after their papers, written down here a second time, and their gradients with respect to
the embeddings before normalisation.

Needs numpy and torch (written with Debian's python3-torch 1.13).
"""
import json
import os

import numpy as np
import torch
from torch.nn import functional as F

COUNT, DIMENSION, PER_PERSON, MARGIN = 12, 8, 3, 0.2
PEOPLE = [i // PER_PERSON for i in range(COUNT)]
SCALE, ANGLE = 16.0, 0.3
THRESHOLD, SOFTNESS, STRANGER_WEIGHT = 0.8, 0.2, 5.0

generator = np.random.RandomState(5)
# Photos of a person lie near each other, but not nearer than all others.
centres = generator.normal(size=(4, DIMENSION))
EMBEDDINGS = np.round(centres[PEOPLE] + 0.9 * generator.normal(size=(COUNT, DIMENSION)), 4)
CLASSES = np.round(generator.normal(size=(DIMENSION, 4)), 4)


def triplets(rule, d):
    pairs = [(a, p) for a in range(COUNT) for p in range(COUNT) if a != p and PEOPLE[a] == PEOPLE[p]]
    others = {a: [n for n in range(COUNT) if PEOPLE[n] != PEOPLE[a]] for a in range(COUNT)}
    if rule == "batch-all":
        return [(a, p, n) for a, p in pairs for n in others[a]]
    if rule == "batch-hard":
        return [
            (a, max((p for b, p in pairs if b == a), key=lambda p: d[a, p]), min(others[a], key=lambda n: d[a, n]))
            for a in range(COUNT)
        ]
    chosen = []
    for a, p in pairs:
        farther = [n for n in others[a] if d[a, n] > d[a, p]]
        if farther:
            chosen.append((a, p, min(farther, key=lambda n: d[a, n])))
    return chosen


def triplet(rule, soft):
    x = torch.tensor(EMBEDDINGS, requires_grad=True)
    e = F.normalize(x)
    d = ((e[:, None] - e[None]) ** 2).sum(-1)
    chosen = triplets(rule, d.detach().numpy())
    a, p, n = (list(rows) for rows in zip(*chosen))
    difference = d[a, p] - d[a, n]
    values = F.softplus(difference) if soft else torch.relu(difference + MARGIN)
    active = int((values > 0).sum())
    loss = values.sum() / (active if rule == "batch-all" and not soft else len(chosen))
    loss.backward()
    return {
        "rule": rule,
        "soft": soft,
        "loss": loss.item(),
        "triplets": len(chosen),
        "active": active,
        "gradient": [round(v, 9) for v in x.grad.reshape(-1).tolist()],
    }


def contrastive():
    x = torch.tensor(EMBEDDINGS, requires_grad=True)
    e = F.normalize(x)
    pairs = [(i, j) for i in range(COUNT) for j in range(i)]
    distances = torch.stack([((e[i] - e[j]) ** 2).sum() for i, j in pairs])
    same = torch.tensor([PEOPLE[i] == PEOPLE[j] for i, j in pairs])
    # Minus the logarithm of the probability that a pair is what it is.
    logits = (THRESHOLD - distances) / (SOFTNESS * THRESHOLD)
    own = F.binary_cross_entropy_with_logits(logits[same], torch.ones_like(logits[same]))
    strangers = F.binary_cross_entropy_with_logits(logits[~same], torch.zeros_like(logits[~same]))
    loss = SOFTNESS * THRESHOLD * (own + STRANGER_WEIGHT * strangers)
    loss.backward()
    return {
        "loss": loss.item(),
        "active": (distances[same] > THRESHOLD).double().mean().item(),
        "gradient": [round(v, 9) for v in x.grad.reshape(-1).tolist()],
    }


def arcface():
    x = torch.tensor(EMBEDDINGS, requires_grad=True)
    w = torch.tensor(CLASSES, requires_grad=True)
    cosines = F.normalize(x) @ F.normalize(w, dim=0)
    angles = torch.acos(cosines)
    target = torch.tensor(PEOPLE)
    angles = angles + ANGLE * F.one_hot(target, 4)
    loss = F.cross_entropy(SCALE * torch.cos(angles), target)
    loss.backward()
    return {
        "loss": loss.item(),
        "gradient": [round(v, 9) for v in x.grad.reshape(-1).tolist()],
        "centres": [round(v, 9) for v in w.grad.reshape(-1).tolist()],
    }


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    golden = {
        "people": PEOPLE,
        "dimension": DIMENSION,
        "margin": MARGIN,
        "embeddings": EMBEDDINGS.reshape(-1).tolist(),
        "triplets": [triplet(rule, soft) for rule in ("batch-all", "batch-hard", "semi-hard") for soft in (False, True)],
        "contrastive": {"threshold": THRESHOLD, "softness": SOFTNESS, "strangerWeight": STRANGER_WEIGHT, **contrastive()},
        "arcface": {"scale": SCALE, "angle": ANGLE, "classes": CLASSES.reshape(-1).tolist(), **arcface()},
    }
    with open(os.path.join(here, "..", "..", "test", "train", "goldens", "losses.json"), "w", encoding="utf-8") as file:
        json.dump(golden, file)
        file.write("\n")


if __name__ == "__main__":
    main()
