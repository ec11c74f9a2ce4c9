"""
Goldens of the small network's gradients from PyTorch: writes test/train/goldens/small-face-net.json.

The network of src/nets/small-face-net.ts written down a second time, in float64, with the statistics of the
batch. Weights follow from their names as in inception.py, all between -1/8 and 1/8 but gamma. Six pictures,
the upper left 96 x 96 pixels of those of inception.py; the first three are anchor, positive and negative, and
the loss is max(0, |a - p|^2 - |a - n|^2 + 1) of the unit embeddings. For every weight: the length of its
gradient, and its numbers at four places, (i*n // 4 + i) mod n; and the running averages after the step, which
start at the weights' recurrence for means and at 1 for variances, with 0.9 of the old.

Needs numpy and torch (written with Debian's python3-torch 1.13).
"""
import importlib.util
import json
import os

import numpy as np
import torch
from torch.nn import functional as F

here = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("inception", os.path.join(here, "inception.py"))
inception = importlib.util.module_from_spec(spec)
spec.loader.exec_module(inception)

COUNT, SIZE, MARGIN, MOMENTUM = 6, 96, 1.0, 0.9
parameters, running = {}, {}


def weight(name, *shape):
    value = inception.tensor(name, *shape).clone().requires_grad_()
    parameters[name] = value
    return value


def norm(x, name):
    """By mean and variance of the batch; the variance that runs along is the population's, as in ONNX."""
    channels = x.shape[1]
    axes = [axis for axis in range(x.dim()) if axis != 1]
    mean, variance = x.mean(axes), x.var(axes, unbiased=False)
    running[f"{name}/mean"] = MOMENTUM * inception.tensor(f"{name}/mean", channels) + (1 - MOMENTUM) * mean
    running[f"{name}/variance"] = MOMENTUM + (1 - MOMENTUM) * variance
    shape = [1, channels] + [1] * (x.dim() - 2)
    x = (x - mean.view(shape)) / torch.sqrt(variance.view(shape) + 1e-3)
    return x * weight(f"{name}/gamma", channels).view(shape) + weight(f"{name}/beta", channels).view(shape)


def conv(x, name, out, stride):
    return norm(F.conv2d(x, weight(f"{name}/weights", out, x.shape[1], 3, 3), stride=stride, padding=1), name)


def main():
    pictures = np.stack([inception.picture(i)[:SIZE, :SIZE] for i in range(COUNT)])
    x = (torch.from_numpy(pictures.astype(np.float64)).permute(0, 3, 1, 2) - 127.5) / 128
    for i, (channels, residual) in enumerate([(32, False), (32, True), (64, True), (128, True), (128, False)], 1):
        x = F.relu(conv(x, f"down{i}", channels, 2))
        if residual:
            inner = F.relu(conv(x, f"block{i}/first", channels, 1))
            x = F.relu(conv(inner, f"block{i}/second", channels, 1) + x)
    x = norm(x.flatten(1) @ weight("embedding/weights", 1152, 128), "embedding")
    a, p, n = F.normalize(x)[:3]
    loss = torch.relu(((a - p) ** 2).sum() - ((a - n) ** 2).sum() + MARGIN)
    loss.backward()
    weights = {}
    for name, value in parameters.items():
        gradient = value.grad.numpy().reshape(-1)
        places = [(i * len(gradient) // 4 + i) % len(gradient) for i in range(4)]
        weights[name] = [float(f"{v:.7g}") for v in [np.linalg.norm(gradient), *gradient[places]]]
    golden = {
        "torch": torch.__version__,
        "count": COUNT,
        "margin": MARGIN,
        "loss": loss.item(),
        "weights": weights,
        "running": {name: [float(f"{v:.7g}") for v in value.detach()[:4]] for name, value in running.items()},
    }
    with open(os.path.join(here, "..", "..", "test", "train", "goldens", "small-face-net.json"), "w", encoding="utf-8") as file:
        json.dump(golden, file)
        file.write("\n")


if __name__ == "__main__":
    main()
