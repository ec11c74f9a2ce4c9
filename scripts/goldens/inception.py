"""
Goldens of Inception-ResNet-v1 from PyTorch: writes test/nets/goldens/inception.json.

The architecture is written down here a second time, after facenet-pytorch's module structure, and runs
in float64 on weights that follow from the names of the tensors alone. The recurrence, documented in
test/support/deterministic-weights.ts: for a tensor called `name` with n numbers, in 32-bit unsigned
integers,

    state = FNV-1a of the UTF-8 bytes of name            (offset 2166136261, prime 16777619)
    for i = 0 ... n - 1, row by row in the Keras layout:
        state = state + 2654435769
        h = state;  h ^= h >> 16;  h *= 2246822507;  h ^= h >> 13;  h *= 3266489909;  h ^= h >> 16
        u = (h >> 8) / 2**24

and, in float64, rounded to float32 once: kernel (2u - 1)*sqrt(6/f) with f = height*width*in; bias, beta and
moving_mean (2u - 1)/8; moving_variance u + 1/2; gamma u/2 + 3/4.

Needs numpy and torch (written with Debian's python3-torch 1.13).
"""
import json
import math
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

SIZE = 160


def integers(name, count):
    state = 2166136261
    for byte in name.encode():
        state = ((state ^ byte) * 16777619) % 2**32
    steps = np.arange(1, count + 1, dtype=np.uint64) * 2654435769
    h = ((steps + state) % 2**32).astype(np.uint32)
    h ^= h >> np.uint32(16)
    h *= np.uint32(2246822507)
    h ^= h >> np.uint32(13)
    h *= np.uint32(3266489909)
    h ^= h >> np.uint32(16)
    return h


def tensor(name, *shape):
    u = (integers(name, int(np.prod(shape))) >> np.uint32(8)).astype(np.float64) / 2**24
    part = name.rsplit("/", 1)[1]
    bound = math.sqrt(6 / np.prod(shape[:-1]))
    factor, shift = {
        "kernel": (2 * bound, -bound),
        "moving_variance": (1, 0.5),
        "gamma": (0.5, 0.75),
    }.get(part, (0.25, -0.125))
    return torch.from_numpy((u * factor + shift).astype(np.float32).astype(np.float64).reshape(shape))


def picture(index):
    y, x, c = np.meshgrid(np.arange(SIZE), np.arange(SIZE), np.arange(3), indexing="ij")
    v = (x * (index + 2) * (c + 1) + y * (index + 3)) % 512
    noise = integers(f"picture/{index}", 3 * SIZE * SIZE).reshape(SIZE, SIZE, 3) % 256
    return (3 * np.minimum(v, 511 - v) + noise) // 4


class Settings:
    """What a variant has; `width` is the number of channels of a layer published with so many."""

    def __init__(self, narrowing, gamma):
        self.gamma = gamma
        self.width = lambda channels: -(-channels // narrowing)


def norm(layer, width, settings, kind=nn.BatchNorm2d):
    bn = kind(width, eps=0.001)
    if settings.gamma:
        bn.weight.data = tensor(f"{layer}/gamma", width)
    bn.bias.data = tensor(f"{layer}/beta", width)
    bn.running_mean = tensor(f"{layer}/moving_mean", width)
    bn.running_var = tensor(f"{layer}/moving_variance", width)
    return bn


class BasicConv2d(nn.Module):
    def __init__(self, name, inside, published, kernel, settings, stride=1, padding=0):
        super().__init__()
        self.out = settings.width(published)
        self.conv = nn.Conv2d(inside, self.out, kernel, stride=stride, padding=padding, bias=False)
        self.conv.weight.data = tensor(f"{name}/kernel", *kernel, inside, self.out).permute(3, 2, 0, 1)
        self.bn = norm(f"{name}_BatchNorm", self.out, settings)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def branch(name, inside, layers, settings):
    convs = []
    for layer, published, kernel, stride in layers:
        padding = 0 if stride == 2 else (kernel[0] // 2, kernel[1] // 2)
        convs.append(BasicConv2d(f"{name}_{layer}", inside, published, kernel, settings, stride, padding))
        inside = convs[-1].out
    module = nn.Sequential(*convs)
    module.out = inside
    return module


class Block(nn.Module):
    def __init__(self, name, channels, branches, scale, relu, settings):
        super().__init__()
        self.branches = nn.ModuleList(
            branch(f"{name}_Branch_{i}", channels, layers, settings) for i, layers in enumerate(branches)
        )
        inside = sum(b.out for b in self.branches)
        self.up = nn.Conv2d(inside, channels, 1)
        self.up.weight.data = tensor(f"{name}_Conv2d_1x1/kernel", 1, 1, inside, channels).permute(3, 2, 0, 1)
        self.up.bias.data = tensor(f"{name}_Conv2d_1x1/bias", channels)
        self.scale, self.relu = scale, relu

    def forward(self, x):
        y = self.up(torch.cat([b(x) for b in self.branches], 1)) * self.scale + x
        return F.relu(y) if self.relu else y


class Mixed(nn.Module):
    def __init__(self, name, channels, branches, settings):
        super().__init__()
        self.branches = nn.ModuleList(
            branch(f"{name}_Branch_{i}", channels, layers, settings) for i, layers in enumerate(branches)
        )
        self.out = sum(b.out for b in self.branches) + channels

    def forward(self, x):
        return torch.cat([b(x) for b in self.branches] + [F.max_pool2d(x, 3, 2)], 1)


S = (1, 1)
T = (3, 3)
BLOCK35 = [
    [("Conv2d_1x1", 32, S, 1)],
    [("Conv2d_0a_1x1", 32, S, 1), ("Conv2d_0b_3x3", 32, T, 1)],
    [("Conv2d_0a_1x1", 32, S, 1), ("Conv2d_0b_3x3", 32, T, 1), ("Conv2d_0c_3x3", 32, T, 1)],
]
BLOCK17 = [
    [("Conv2d_1x1", 128, S, 1)],
    [("Conv2d_0a_1x1", 128, S, 1), ("Conv2d_0b_1x7", 128, (1, 7), 1), ("Conv2d_0c_7x1", 128, (7, 1), 1)],
]
BLOCK8 = [
    [("Conv2d_1x1", 192, S, 1)],
    [("Conv2d_0a_1x1", 192, S, 1), ("Conv2d_0b_1x3", 192, (1, 3), 1), ("Conv2d_0c_3x1", 192, (3, 1), 1)],
]
MIXED_6A = [
    [("Conv2d_1a_3x3", 384, T, 2)],
    [("Conv2d_0a_1x1", 192, S, 1), ("Conv2d_0b_3x3", 192, T, 1), ("Conv2d_1a_3x3", 256, T, 2)],
]
MIXED_7A = [
    [("Conv2d_0a_1x1", 256, S, 1), ("Conv2d_1a_3x3", 384, T, 2)],
    [("Conv2d_0a_1x1", 256, S, 1), ("Conv2d_1a_3x3", 256, T, 2)],
    [("Conv2d_0a_1x1", 256, S, 1), ("Conv2d_0b_3x3", 256, T, 1), ("Conv2d_1a_3x3", 256, T, 2)],
]


class InceptionResnetV1(nn.Module):
    def __init__(self, dimension, narrowing=1, gamma=False):
        super().__init__()
        settings = Settings(narrowing, gamma)
        first, second = [], []
        channels = 3
        for target, name, published, kernel, stride, padding in [
            (first, "Conv2d_1a_3x3", 32, T, 2, 0),
            (first, "Conv2d_2a_3x3", 32, T, 1, 0),
            (first, "Conv2d_2b_3x3", 64, T, 1, 1),
            (second, "Conv2d_3b_1x1", 80, S, 1, 0),
            (second, "Conv2d_4a_3x3", 192, T, 1, 0),
            (second, "Conv2d_4b_3x3", 256, T, 2, 0),
        ]:
            target.append(BasicConv2d(name, channels, published, kernel, settings, stride, padding))
            channels = target[-1].out
        rest = [Block(f"Block35_{i}", channels, BLOCK35, 0.17, True, settings) for i in range(1, 6)]
        rest.append(Mixed("Mixed_6a", channels, MIXED_6A, settings))
        channels = rest[-1].out
        rest += [Block(f"Block17_{i}", channels, BLOCK17, 0.1, True, settings) for i in range(1, 11)]
        rest.append(Mixed("Mixed_7a", channels, MIXED_7A, settings))
        channels = rest[-1].out
        rest += [Block(f"Block8_{i}", channels, BLOCK8, 0.2, True, settings) for i in range(1, 6)]
        rest.append(Block("Block8_6", channels, BLOCK8, 1.0, False, settings))
        self.features = nn.Sequential(*first, nn.MaxPool2d(3, 2), *second, *rest, nn.AdaptiveAvgPool2d(1))
        self.last = nn.Linear(channels, dimension, bias=False)
        self.last.weight.data = tensor("Bottleneck/kernel", channels, dimension).t()
        self.last_bn = norm("Bottleneck_BatchNorm", dimension, settings, nn.BatchNorm1d)

    def forward(self, x):
        return self.last_bn(self.last(self.features(x).flatten(1)))


def prewhiten(pictures):
    x = pictures.astype(np.float64)
    mean = x.mean(axis=(1, 2, 3), keepdims=True)
    deviation = np.maximum(x.std(axis=(1, 2, 3), keepdims=True), 1 / math.sqrt(3 * SIZE * SIZE))
    return (x - mean) / deviation


PREPROCESSING = {
    "prewhiten": prewhiten,
    "fixed-128": lambda x: (x - 127.5) / 128,
    "fixed-127.5": lambda x: (x - 127.5) / 127.5,
    "unit": lambda x: x / 255,
}


def variant(count, preprocessing, **settings):
    model = InceptionResnetV1(**settings).double().eval()
    x = PREPROCESSING[preprocessing](np.stack([picture(i) for i in range(count)]))
    with torch.no_grad():
        embeddings = model(torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()).numpy()
    norms = np.linalg.norm(embeddings, axis=1)
    return {
        **settings,
        "preprocessing": preprocessing,
        "norms": [round(float(n), 7) for n in norms],
        "unit": [[round(float(v), 8) for v in row] for row in embeddings / norms[:, None]],
    }


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    target = os.path.join(here, "..", "..", "test", "nets", "goldens", "inception.json")
    variants = [variant(3, "prewhiten", dimension=128), variant(2, "fixed-128", dimension=512)]
    variants += [
        variant(3, preprocessing, dimension=16, narrowing=16, gamma=preprocessing == "unit")
        for preprocessing in PREPROCESSING
    ]
    with open(target, "w", encoding="utf-8") as file:
        json.dump({"torch": torch.__version__, "variants": variants}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
