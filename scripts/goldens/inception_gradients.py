"""
Goldens of the gradients of Inception-ResNet-v1 from PyTorch: writes test/train/goldens/inception-gradients.json,
inception-batch-gradients.json and inception-smooth-gradients.json.

The network and its weights are those of inception.py, in float64, at full size, with gamma and frozen batch
normalisation. Three pictures, anchor, positive and negative, from number 25, go through it; the loss is
max(0, |a - p|^2 - |a - n|^2 + 1) of the unit embeddings. For every weight: the length of its gradient, and its
numbers at four places, (i*n // 4 + i) mod n, in PyTorch's layout. Wherever a ReLU is near 0 gradients jump: of twelve
such threes of pictures PyTorch's own float32, convolved in three ways and with pictures larger and smaller by 2e-7,
stays within 1e-3 of its float64 with two. This is the one that stays within 6e-5; ten reach 2e-3 to 7e-2.

The second file is with the statistics of a batch of six pictures, two triplets, whose mean loss it is. For every
weight: the length of its gradient and its product with a direction, the tensor `direction/<weight>` of inception.py in
the shape of the graph's weight; and the running averages after the step (0.9 of the old, the population's variance),
the first four of each. There gradients jump wherever a ReLU is near 0, which is a limit of float32: with noise of 1e-7 of
their deviation on what the convolutions give (float32 rounds by up to 6e-8), float64 itself moves by 0.03 to 0.25 % in
the median weight and up to 0.85 % in the worst, its length by up to 0.14 % (two seeds). Of 12.5 million numbers that
meet a ReLU behind a normalisation, 2 or 8 fall on the other side of 0 in PyTorch's own float32 (with oneDNN and without).

The third file is the second once more with nothing that jumps: softplus in place of ReLU, means in place of the
largest. Beside each number of float64 stands that of PyTorch's float32, whose error is what float32 allows.

Needs numpy and torch (written with Debian's python3-torch 1.13).
"""
import importlib.util
import json
import os
from types import SimpleNamespace

import numpy as np
import torch
from torch.nn import functional as F

here = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("inception", os.path.join(here, "inception.py"))
inception = importlib.util.module_from_spec(spec)
spec.loader.exec_module(inception)

MARGIN = 1.0
FIRST = 25


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
    pictures = inception.prewhiten(np.stack([inception.picture(i) for i in range(FIRST, FIRST + 3)]))
    embeddings = F.normalize(model(torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous()))
    a, p, n = embeddings
    loss = torch.relu(((a - p) ** 2).sum() - ((a - n) ** 2).sum() + MARGIN)
    loss.backward()
    weights = {}
    for parameter in model.parameters():
        gradient = parameter.grad.numpy().reshape(-1)
        places = [(i * len(gradient) // 4 + i) % len(gradient) for i in range(4)]
        weights[names[id(parameter)]] = [float(f"{v:.7g}") for v in [np.linalg.norm(gradient), *gradient[places]]]
    golden = {"torch": torch.__version__, "first": FIRST, "margin": MARGIN, "loss": loss.item(), "weights": weights}
    write(target, golden)
    write(target.replace("gradients", "batch-gradients"), with_batch_statistics())
    write(target.replace("gradients", "smooth-gradients"), smooth())


def write(target, golden):
    with open(target, "w", encoding="utf-8") as file:
        json.dump(golden, file)
        file.write("\n")


def short(values):
    return [float(f"{float(v):.7g}") for v in values]


def smooth():
    inception.F = SimpleNamespace(relu=F.softplus, max_pool2d=F.avg_pool2d)
    inception.nn.MaxPool2d = torch.nn.AvgPool2d
    exact, rounded = with_batch_statistics(), with_batch_statistics(torch.float32)
    weights = {name: [*values, *rounded["weights"][name]] for name, values in exact["weights"].items()}
    return {**{name: exact[name] for name in ["torch", "margin", "loss"]}, "weights": weights}


def with_batch_statistics(dtype=torch.float64):
    NAMED.clear()
    model = inception.InceptionResnetV1(128, 1, True).to(dtype).train()
    names = layer_names(model)
    running = {}

    def remember(name, norm, inputs):
        axes = [axis for axis in range(inputs[0].dim()) if axis != 1]
        variance, mean = torch.var_mean(inputs[0].detach(), axes, unbiased=False)
        running[f"{name}/mean"] = short((0.9 * norm.running_mean + 0.1 * mean)[:4])
        running[f"{name}/variance"] = short((0.9 * norm.running_var + 0.1 * variance)[:4])

    for module in model.modules():
        if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            name = names[id(module.weight)].rsplit("/", 1)[0]
            module.register_forward_pre_hook(lambda norm, inputs, name=name: remember(name, norm, inputs))
    pictures = inception.prewhiten(np.stack([inception.picture(i) for i in range(6)]))
    embeddings = F.normalize(model(torch.from_numpy(pictures).to(dtype).permute(0, 3, 1, 2).contiguous()))
    a, p, n = embeddings[0::3], embeddings[1::3], embeddings[2::3]
    loss = torch.relu(((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + MARGIN).mean()
    loss.backward()
    weights = {}
    for parameter in model.parameters():
        name = names[id(parameter)]
        gradient = (parameter.grad.t() if name == "Bottleneck/weights" else parameter.grad).double()
        direction = inception.tensor(f"direction/{name}", *gradient.shape)
        weights[name] = short([gradient.norm(), (gradient * direction).sum()])
    golden = {"torch": torch.__version__, "margin": MARGIN, "loss": loss.item()}
    return {**golden, "weights": weights, "running": running}


if __name__ == "__main__":
    main()
