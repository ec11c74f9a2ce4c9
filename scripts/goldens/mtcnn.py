"""
Goldens of MTCNN's three networks and of area interpolation from PyTorch: writes test/nets/goldens/mtcnn.json.

The networks are written down here a second time, in float64 and as the weights of davidsandberg/facenet
mean them: pictures are turned so that x comes first, kernels are taken as they stand, and maps are
flattened as they lie. Weights follow from the names of the tensors alone (see inception.py); a PReLU's
slopes are the first row of a `kernel` of shape (4, channels), so they lie in (-1.23, 1.23), about as the real
ones do.

Needs torch (written with Debian's python3-torch 1.13).
"""
import json
import os

import torch
from torch.nn import functional as F

from inception import integers, tensor


def given(name, *shape):
    return tensor(name, *shape).to(torch.float64)


def conv(net, x, layer, size, to):
    """x: [batch, channels, x, y]"""
    kernel = given(f"{net}/{layer}/kernel", size, size, x.shape[1], to)
    return F.conv2d(x, kernel.permute(3, 2, 0, 1), given(f"{net}/{layer}/bias", to))


def dense(net, x, layer, to):
    return x @ given(f"{net}/{layer}/kernel", x.shape[1], to) + given(f"{net}/{layer}/bias", to)


def prelu(net, x, number):
    alpha = given(f"{net}/prelu{number}/kernel", 4, x.shape[1])[0].reshape([1, -1] + [1] * (x.dim() - 2))
    return F.relu(x) - alpha * F.relu(-x)


def pool(x, size, same):
    return F.max_pool2d(x, size, 2, ceil_mode=same)


def flat(x):
    """Channels last, x first."""
    return x.permute(0, 2, 3, 1).flatten(1)


def face(classes):
    return torch.softmax(classes, 1)[:, 1:2]


def pnet(x):
    x = pool(prelu("pnet", conv("pnet", x, "conv1", 3, 10), 1), 2, True)
    x = prelu("pnet", conv("pnet", x, "conv2", 3, 16), 2)
    x = prelu("pnet", conv("pnet", x, "conv3", 3, 32), 3)
    return torch.cat([face(conv("pnet", x, "conv4-1", 1, 2)), conv("pnet", x, "conv4-2", 1, 4)], 1)


def rnet(x):
    x = pool(prelu("rnet", conv("rnet", x, "conv1", 3, 28), 1), 3, True)
    x = pool(prelu("rnet", conv("rnet", x, "conv2", 3, 48), 2), 3, False)
    x = flat(prelu("rnet", conv("rnet", x, "conv3", 2, 64), 3))
    x = prelu("rnet", dense("rnet", x, "conv4", 128), 4)
    return torch.cat([face(dense("rnet", x, "conv5-1", 2)), dense("rnet", x, "conv5-2", 4)], 1)


def onet(x):
    x = pool(prelu("onet", conv("onet", x, "conv1", 3, 32), 1), 3, True)
    x = pool(prelu("onet", conv("onet", x, "conv2", 3, 64), 2), 3, False)
    x = pool(prelu("onet", conv("onet", x, "conv3", 3, 64), 3), 2, True)
    x = flat(prelu("onet", conv("onet", x, "conv4", 2, 128), 4))
    x = prelu("onet", dense("onet", x, "conv5", 256), 5)
    return torch.cat([face(dense("onet", x, "conv6-1", 2)), dense("onet", x, "conv6-2", 4), dense("onet", x, "conv6-3", 10)], 1)


def picture(name, batch, height, width):
    """[batch, 3, y, x] in [-1, 1)"""
    return 2 * (given(f"{name}/moving_variance", batch, 3, height, width) - 1)


def main():
    turn = (0, 1, 3, 2)
    golden = {}
    for height, width in [(12, 12), (17, 20), (15, 13)]:
        cells = pnet(picture(f"pnet {height}x{width}", 1, height, width).permute(*turn)).permute(*turn)
        golden[f"pnet {height}x{width}"] = cells
    golden["rnet"] = rnet(picture("rnet", 3, 24, 24).permute(*turn))
    pixels = torch.from_numpy((integers("area/picture", 3 * 7 * 11).reshape(7, 11, 3) % 256).astype("float64"))
    for height, width in [(3, 4), (7, 6), (9, 13)]:
        resized = F.interpolate(pixels.permute(2, 0, 1)[None], size=(height, width), mode="area")[0].permute(1, 2, 0)
        golden[f"area {height}x{width}"] = resized
    golden["pixels"] = pixels
    golden["onet"] = onet(picture("onet", 2, 48, 48).permute(*turn))
    here = os.path.dirname(os.path.abspath(__file__))
    target = os.path.join(here, "..", "..", "test", "nets", "goldens", "mtcnn.json")
    with open(target, "w", encoding="utf-8") as file:
        values = {name: {"dims": list(t.shape), "data": [float(f"{v:.9g}") for v in t.flatten().tolist()]} for name, t in golden.items()}
        json.dump(values, file)
        file.write("\n")


if __name__ == "__main__":
    main()
