"""
Goldens of the optimisers from PyTorch: writes test/train/goldens/optimisers.json.

Six weights fall down f(w) = sum((i + 1)*(w_i - 1)**2) + sin(w_0*w_1) for 25 steps, in float32, the learning
rate halved after ten; with weight decay, and once with clipped gradients.

Needs torch (written with Debian's python3-torch 1.13).
"""
import json
import os

import torch

START = [0.5, -1.5, 2.0, 3.0, -0.25, 0.0]
STEPS = 25


def run(make, clip=0.0):
    w = torch.tensor(START, requires_grad=True)
    optimiser = make([w])
    gradients, norms = [], []
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = 0.05 if step < 10 else 0.025
        optimiser.zero_grad()
        loss = (torch.arange(1, 7) * (w - 1) ** 2).sum() + torch.sin(w[0] * w[1])
        loss.backward()
        gradients.append(w.grad.tolist())
        norms.append(w.grad.norm().item())
        if clip:
            torch.nn.utils.clip_grad_norm_([w], clip)
        optimiser.step()
    return {"gradients": gradients, "norms": norms, "end": w.tolist()}


CASES = {
    "sgd": ({"momentum": 0.9, "weightDecay": 0.01}, run(lambda p: torch.optim.SGD(p, 0.05, 0.9, weight_decay=0.01))),
    "adagrad": (
        {"initialAccumulator": 0.1, "epsilon": 1e-10, "weightDecay": 0.01},
        run(lambda p: torch.optim.Adagrad(p, 0.05, weight_decay=0.01, initial_accumulator_value=0.1, eps=1e-10)),
    ),
    "adam": ({"weightDecay": 0.01}, run(lambda p: torch.optim.Adam(p, 0.05, weight_decay=0.01))),
    "adamw": ({"weightDecay": 0.1}, run(lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1))),
    "sgd, clipped": ({"momentum": 0.9, "clipNorm": 2}, run(lambda p: torch.optim.SGD(p, 0.05, 0.9), 2.0)),
}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    golden = {"start": START, "cases": {name: {"options": o, **g} for name, (o, g) in CASES.items()}}
    target = os.path.join(here, "..", "..", "test", "train", "goldens", "optimisers.json")
    with open(target, "w", encoding="utf-8") as file:
        json.dump(golden, file)
        file.write("\n")


if __name__ == "__main__":
    main()
