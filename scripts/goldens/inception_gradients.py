"""
Goldens of the gradients of Inception-ResNet-v1 from PyTorch: writes test/train/goldens/inception-gradients.json.

The network and its weights are those of inception.py, in float64, at full size, with gamma and frozen batch
normalisation. Three pictures, anchor, positive and negative, go through it; the loss is
max(0, |a - p|^2 - |a - n|^2 + 1) of the unit embeddings. For every weight: the length of its gradient, and its
numbers at four places, (i*n // 4 + i) mod n, in PyTorch's layout.

Not with the statistics of a batch: with few pictures these gradients jump wherever a ReLU is near 0, so that
PyTorch's own float32 is up to 5 % off its float64. The small network serves for that.

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

MARGIN = 1.0


def layer_names(model):
    """Names of the weights as the graph calls them, in the order of model.named_parameters()."""
    names = {}

    def basic(module, name):
        names[id(module.conv.weight)] = f"{name}/weights"
        names[id(module.bn.weight)] = f"{name}_BatchNorm/gamma"
        names[id(module.bn.bias)] = f"{name}_BatchNorm/beta"

    for module, name in NAMED:
        if isinstance(module, inception.BasicConv2d):
            basic(module, name)
        else:
            names[id(module.up.weight)] = f"{name}_Conv2d_1x1/weights"
            names[id(module.up.bias)] = f"{name}_Conv2d_1x1/bias"
    names[id(model.last.weight)] = "Bottleneck/weights"
    names[id(model.last_bn.weight)] = "Bottleneck_BatchNorm/gamma"
    names[id(model.last_bn.bias)] = "Bottleneck_BatchNorm/beta"
    return names


# inception.py gives names to its modules while it builds them; they are written down on the way.
NAMED = []
for kind in (inception.BasicConv2d, inception.Block):

    def remember(self, name, *rest, build=kind.__init__):
        build(self, name, *rest)
        NAMED.append((self, name))

    kind.__init__ = remember


def main():
    target = os.path.join(here, "..", "..", "test", "train", "goldens", "inception-gradients.json")
    model = inception.InceptionResnetV1(128, 1, True).double().eval()
    names = layer_names(model)
    pictures = inception.prewhiten(np.stack([inception.picture(i) for i in range(3)]))
    embeddings = F.normalize(model(torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous()))
    a, p, n = embeddings
    loss = torch.relu(((a - p) ** 2).sum() - ((a - n) ** 2).sum() + MARGIN)
    loss.backward()
    weights = {}
    for parameter in model.parameters():
        gradient = parameter.grad.numpy().reshape(-1)
        places = [(i * len(gradient) // 4 + i) % len(gradient) for i in range(4)]
        weights[names[id(parameter)]] = [float(f"{v:.7g}") for v in [np.linalg.norm(gradient), *gradient[places]]]
    golden = {"torch": torch.__version__, "margin": MARGIN, "loss": loss.item(), "weights": weights}
    with open(target, "w", encoding="utf-8") as file:
        json.dump(golden, file)
        file.write("\n")


if __name__ == "__main__":
    main()
