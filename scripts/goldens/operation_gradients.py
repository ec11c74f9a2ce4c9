"""
Goldens of the gradients of every operation from PyTorch: writes test/train/goldens/operations.json.

The cases of test/train/support/operation-cases.ts written down a second time, in float64, for batches of one and
three. All numbers follow from names as in inception.py, times 8: `<case>/<batch>/x0`, `…/weight0`, `…/seed`. The
loss is the sum of seed times y, or y itself where that is one number. For y and the gradient with respect to each
input and weight: its length, then its numbers at k places (i*n // k + i) mod n, k being at most 8.

Needs numpy and torch (written with Debian's python3-torch 1.13).
"""
import importlib.util
import json
import os

import torch
from torch.nn import functional as F

here = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("inception", os.path.join(here, "inception.py"))
inception = importlib.util.module_from_spec(spec)
spec.loader.exec_module(inception)

N = "batch"


def above(x):
    return (x.abs() + 0.3).float().double()


def one(shape, function):
    """Of one input, without weights."""
    return [(N, *shape)], [], lambda x: function(x)


def conv(shape, out, kernel, stride=1, pads=(0, 0, 0, 0), groups=1, bias=True, same=False):
    """Pads: top, left, bottom, right; SAME puts the odd row and column at the end."""
    stride = (stride, stride) if isinstance(stride, int) else stride
    if same:
        sizes = [max((-(-size // s) - 1) * s + k - size, 0) for size, s, k in zip(shape[1:], stride, kernel)]
        pads = (sizes[0] // 2, sizes[1] // 2, sizes[0] - sizes[0] // 2, sizes[1] - sizes[1] // 2)
    top, left, bottom, right = pads

    def run(x, weight, bias=None):
        return F.conv2d(F.pad(x, (left, right, top, bottom)), weight, bias, stride, groups=groups)

    return [(N, *shape)], [(out, shape[0] // groups, *kernel)] + ([(out,)] if bias else []), run


def max_pool_same(x):
    """3x3, stride 2, on 8x7: a row below, a column on either side."""
    return F.max_pool2d(F.pad(x, (1, 1, 0, 1), value=-1e9), 3, 2)


def average_pool_same(x):
    """3x3, stride 2, on 7x8: padding does not count."""
    padded = F.pad(x, (0, 1, 1, 1))
    counted = F.pad(torch.ones_like(x), (0, 1, 1, 1))
    return F.avg_pool2d(padded, 3, 2) / F.avg_pool2d(counted, 3, 2)


def frozen(x, gamma, beta):
    mean = torch.tensor([0.1, -0.3, 1]).float().double()
    return F.batch_norm(x, mean, torch.tensor([0.5, 1, 2]).double(), gamma, beta, False, 0, float(torch.tensor(1e-3)))


CASES = {
    "Conv 3×3": conv((3, 9, 7), 4, (3, 3)),
    "Conv 3×3, large picture, padding": conv((2, 11, 13), 3, (3, 3), pads=(1, 1, 1, 1)),
    "Conv 3×3, small picture, padding": conv((3, 5, 3), 4, (3, 3), pads=(1, 1, 1, 1)),
    "Conv 3×3, stride 2": conv((3, 9, 8), 4, (3, 3), 2),
    "Conv 3×3, stride 2, SAME": conv((3, 9, 8), 4, (3, 3), 2, same=True),
    "Conv 7×7, stride 2, odd pads": conv((3, 13, 12), 2, (7, 7), 2, (3, 2, 2, 3)),
    "Conv 1×7": conv((3, 9, 9), 4, (1, 7), pads=(0, 3, 0, 3)),
    "Conv 7×1": conv((3, 5, 5), 4, (7, 1), pads=(3, 0, 3, 0)),
    "Conv 1×1": conv((5, 9, 9), 4, (1, 1), bias=False),
    "Conv 1×1, large picture": conv((5, 9, 11), 4, (1, 1)),
    "Conv 1×1, stride 2": conv((5, 7, 8), 4, (1, 1), 2),
    "Conv of unequal strides": conv((2, 9, 9), 3, (3, 2), (1, 2)),
    "Conv, 2 groups": conv((4, 9, 9), 6, (3, 3), pads=(1, 1, 1, 1), groups=2),
    "Conv, 2 groups, stride 2": conv((4, 7, 9), 6, (3, 3), 2, groups=2),
    "Conv, depthwise": conv((4, 9, 9), 4, (3, 3), pads=(1, 1, 1, 1), groups=4),
    "Conv 1×1, 3 groups": conv((6, 9, 3), 3, (1, 1), groups=3),
    "MatMul": ([(N, 5)], [(5, 4)], lambda x, w: x @ w),
    "MatMul of stacks": ([(N, 2, 3, 5)], [(2, 5, 4)], lambda x, w: x @ w),
    "Gemm": ([(N, 5)], [(5, 4), (4,)], lambda x, w, b: x @ w + b),
    "Gemm, transposed and scaled": ([(N, 5)], [(4, 5), (4,)], lambda x, w, b: 0.5 * x @ w.t() + 2 * b),
    "Gemm, both transposed": ([(N, 5)], [(5, 3)], lambda x, w: w.t() @ x.t()),
    "Add with repetition": ([(N, 3, 4)], [(3, 1)], lambda x, w: x + w),
    "Sub with repetition": ([(N, 3, 4)], [(1, 4)], lambda x, w: w - x),
    "Mul with repetition": ([(N, 3, 4)], [(4,)], lambda x, w: x * w),
    "Mul by itself": one((4,), lambda x: x * x),
    "Div with repetition": ([(N, 3, 4)], [((3, 1), above)], lambda x, w: x / w),
    "Max and Min": ([(N, 5), (N, 5)], [(5,)], lambda x, z, w: torch.maximum(torch.minimum(x, z), w)),
    "Neg": one((4,), torch.neg),
    "Abs": one((4,), torch.abs),
    "Relu": one((3, 5), F.relu),
    "PRelu": ([(N, 3, 5, 4)], [(3, 1, 1)], lambda x, w: F.prelu(x, w.reshape(-1))),
    "Clip": one((9,), lambda x: x.clamp(-0.5, 0.7)),
    "Sigmoid": one((6,), torch.sigmoid),
    "Softplus": one((6,), F.softplus),
    "Tanh": one((6,), torch.tanh),
    "Exp": one((6,), torch.exp),
    "Log": ([((N, 6), above)], [], torch.log),
    "Sqrt": ([((N, 6), above)], [], torch.sqrt),
    "Pow": ([((N, 6), above)], [(1,)], torch.pow),
    "Softmax": one((6,), lambda x: F.softmax(x, -1)),
    "Softmax of channels": one((3, 4), lambda x: F.softmax(x, 1)),
    "LogSoftmax": one((6,), lambda x: F.log_softmax(x, 1)),
    "MaxPool, overlapping": one((2, 9, 7), lambda x: F.max_pool2d(x, 3, 2)),
    "MaxPool, SAME": one((2, 8, 7), max_pool_same),
    "MaxPool, stride 1": one((2, 5, 6), lambda x: F.max_pool2d(x, 3, 1, 1)),
    "AveragePool 2×2": one((3, 7, 8), lambda x: F.avg_pool2d(x, 2)),
    "AveragePool, overlapping, SAME": one((2, 7, 8), average_pool_same),
    "AveragePool, padding counts": one((2, 5, 5), lambda x: F.avg_pool2d(x, 3, 1, 1)),
    "GlobalAveragePool": one((3, 5, 4), lambda x: F.adaptive_avg_pool2d(x, 1)),
    "ReduceMean of pictures": one((3, 5, 4), lambda x: x.mean((2, 3))),
    "ReduceMean, axes kept": one((3, 5), lambda x: x.mean(2, True)),
    "ReduceSum over the batch": one((3, 5), lambda x: x.sum((0, 2))),
    "ReduceSum of all": one((5,), torch.sum),
    "ReduceSumSquare": one((3, 5), lambda x: (x * x).sum(1)),
    "ReduceMax and ReduceMin": one((5,), lambda x: x.amax(1, True) - x.amin(1, True)),
    "where it is above 0": one((5,), lambda x: (x > 0) * x),
    "ReduceL2": one((5,), lambda x: x.norm(dim=1)),
    "LpNormalization": one((5,), F.normalize),
    "BatchNormalization, frozen": ([(N, 3, 5, 4)], [(3,), (3,)], frozen),
    "Reshape": one((6,), lambda x: x.reshape(-1, 2, 3)),
    "Flatten": one((2, 3, 2), lambda x: x.flatten(1)),
    "Transpose": one((2, 3, 4), lambda x: x.permute(0, 2, 3, 1)),
    "Concat of three": ([(N, 2, 3), (N, 4, 3)], [], lambda x, z: torch.cat([x, z, x], 1)),
    "Split, one part unused": one((7,), lambda x: x[:, :2] * x[:, 5:]),
    "Slice": one((5, 6), lambda x: x[:, 1:4, -4:]),
    "Pad": one((2, 3), lambda x: F.pad(x, (0, 2, 1, 0))),
    "Gather": ([], [(4, 3)], lambda w: w[[2, 0, 2]]),
    "blocked Conv 3×3, padding": conv((16, 5, 7), 32, (3, 3), pads=(1, 1, 1, 1)),
    "blocked Conv 3×3, odd pads": conv((32, 7, 4), 16, (3, 3), pads=(0, 2, 1, 0), bias=False),
    "blocked Conv 3×5, SAME": conv((16, 5, 7), 16, (3, 5), same=True),
    "blocked Conv 3×3, stride 2": conv((16, 9, 7), 16, (3, 3), 2, (1, 1, 1, 1)),
    "blocked two Conv 3×3": (
        [(N, 16, 7, 7)],
        [(16, 16, 3, 3), (16,), (16, 16, 3, 3), (16,)],
        lambda x, w, b, v, c: F.conv2d(F.relu(F.conv2d(x, w, b)), v, c),
    ),
    "BatchNormalization, batch": (
        [((N, 4, 5, 3), lambda x: (2 * x + 1).float().double())],
        [(4,), (4,)],
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0, float(torch.tensor(1e-3))),
    ),
}


def digest(value):
    numbers = value.detach().reshape(-1)
    n = len(numbers)
    k = min(n, 8)
    places = [(i * n // k + i) % n for i in range(k)]
    return [float(f"{float(v):.6g}") for v in [numbers.norm(), *numbers[places]]]


def make(name, batch):
    """Leaves by name, in the order that the function takes them."""
    inputs, weights, function = CASES[name]
    leaves = {}
    for kind, shapes in (("x", inputs), ("weight", weights)):
        for i, shape in enumerate(shapes):
            shape, change = shape if callable(shape[-1]) else (shape, lambda x: x)
            dims = [batch if size == N else size for size in shape]
            leaf = change(8 * inception.tensor(f"{name}/{batch}/{kind}{i}", *dims))
            leaves[f"{kind}{i}"] = leaf.requires_grad_()
    y = function(*leaves.values())
    seed = 8 * inception.tensor(f"{name}/{batch}/seed", *y.shape) if y.dim() > 0 else 1
    (seed * y).sum().backward()
    golden = {"y": digest(y), **{leaf: digest(value.grad) for leaf, value in leaves.items()}}
    if name == "BatchNormalization, batch":
        x = leaves["x0"]
        for what, now in (("mean", x.mean((0, 2, 3))), ("variance", x.var((0, 2, 3), unbiased=False))):
            golden[f"{what} after"] = digest(0.75 * 0.7 + 0.25 * now)
    return golden


if __name__ == "__main__":
    golden = {name: {str(batch): make(name, batch) for batch in (1, 3)} for name in CASES}
    target = os.path.join(here, "..", "..", "test", "train", "goldens", "operations.json")
    with open(target, "w", encoding="utf-8") as file:
        json.dump(golden, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")
