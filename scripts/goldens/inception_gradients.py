"""
Goldens of the gradients of Inception-ResNet-v1 from PyTorch: writes test/train/goldens/inception-gradients.json and
inception-batch-gradients.json.

The network and its weights are those of inception.py, in float64, at full size, with gamma and frozen batch
normalisation. Three pictures, anchor, positive and negative, from number 25, go through it; the loss is
max(0, |a - p|^2 - |a - n|^2 + 1) of the unit embeddings. For every weight: the length of its gradient, and its
numbers at four places, (i*n // 4 + i) mod n, in PyTorch's layout. Wherever a ReLU is near 0 gradients jump: of twelve
such threes of pictures PyTorch's own float32, convolved in three ways and with pictures larger and smaller by 2e-7,
stays within 1e-3 of its float64 with two. This is the one that stays within 6e-5; ten reach 2e-3 to 7e-2.

The second file is with the statistics of a batch of six pictures, two triplets, whose mean loss it is. For every
weight: the length of its gradient, and of each quarter of it, numbers i*n // 4 to (i + 1)*n // 4, the product with a
direction, the tensor `direction/<weight>` of inception.py in the shape of the graph's weight. Then the running averages
after the step (0.9 of the old, the population's variance), the first four of each.

There gradients jump as well, and float32 cannot say where: of the 18.6 million numbers that meet a ReLU the nearest is
4e-8 from 0, and 4 or 9 fall on the other side in PyTorch's own float32 (with oneDNN and without), which moves the
gradients of weights by 0.02 or 0.7 % in the median and by up to 0.8 or 4.8 %. Therefore `held` lists, by the function,
all numbers within EDGE of 0 and the side on which they fall in float64 (deviations are 0.6 to 1.1, float32 errs by up
to 4e-5), and the largest of windows that are ahead by less than EDGE. Whoever adds PUSH to a number (`up`) or takes it off
(`down`) before the function, and takes it off what comes out (`back`, or else `up`), stays on that side in float32 too,
while values and derivatives are what they were: with float64 the script makes sure of it. Behind the products stands
how far the gradient of PyTorch's float32, held so, is from float64's, as a share of its length: what rounding costs.

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


def write(target, golden):
    with open(target, "w", encoding="utf-8") as file:
        json.dump(golden, file)
        file.write("\n")


def short(values):
    return [float(f"{float(v):.7g}") for v in values]


EDGE = 1e-4
PUSH = 2.0**-12


def sparse(like, plus, minus=()):
    """PUSH at some places and -PUSH at others, counted through the whole batch, and 0 elsewhere."""
    x = torch.zeros(like.numel(), dtype=like.dtype)
    x[list(plus)], x[list(minus)] = PUSH, -PUSH
    return x.view(like.shape)


def places(mask):
    return mask.reshape(-1).nonzero()[:, 0].tolist()


def near_zero(x):
    return {"up": places((x > 0) & (x < EDGE)), "down": places((x <= 0) & (x > -EDGE))}


def near_ties(x, size, stride):
    """The largest of windows by less than EDGE, and all windows of which these are the largest; not where all are 0."""
    best = x.unfold(2, size, stride).unfold(3, size, stride).flatten(4).topk(2)[0]
    close = (best[..., 0] - best[..., 1] < EDGE) & (best[..., 0] > 0)
    largest = F.max_pool2d(x, size, stride, return_indices=True)[1].flatten(2)
    largest = largest + (torch.arange(x.shape[0] * x.shape[1]) * x.shape[2] * x.shape[3]).view(*x.shape[:2], 1)
    up = largest[close.flatten(2)].unique()
    return {"up": up.tolist(), "back": places(torch.isin(largest, up))}


class Edges:
    """The functions of torch.nn that jump, for inception.py: finds what is near their edges, or holds what is given."""

    def __init__(self, held=None):
        self.found, self.held = {}, held
        self.relus = (f"{name}/relu" if isinstance(module, inception.BasicConv2d) else f"{name}_Activation"
                      for module, name in NAMED if getattr(module, "relu", True))
        self.pools = iter(["MaxPool_3a_3x3", "Mixed_6a/pool", "Mixed_7a/pool"])

    def relu(self, x):
        return self.through(next(self.relus), x, F.relu, near_zero)

    def max_pool2d(self, x, *window):
        return self.through(next(self.pools), x, lambda x: F.max_pool2d(x, *window), lambda x: near_ties(x, *window))

    def through(self, name, x, function, near):
        if self.held is None:
            found = near(x.detach())
            if any(found.values()):
                self.found[name] = found
        held = (self.held or {}).get(name)
        if held is None:
            return function(x)
        y = function(x + sparse(x, held["up"], held.get("down", [])))
        return y - sparse(y, held.get("back", held["up"]))


class MaxPool2d(torch.nn.Module):
    def __init__(self, *window):
        super().__init__()
        self.window = window

    def forward(self, x):
        return inception.F.max_pool2d(x, *self.window)


def batch_gradients(dtype, held=None):
    """Loss, gradients in float64, running averages and what is near an edge, with the statistics of the batch."""
    NAMED.clear()
    inception.nn.MaxPool2d = MaxPool2d
    model = inception.InceptionResnetV1(128, 1, True).to(dtype).train()
    names = layer_names(model)
    inception.F = Edges(held)
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
    gradients = {}
    for parameter in model.parameters():
        name = names[id(parameter)]
        gradients[name] = (parameter.grad.t() if name == "Bottleneck/weights" else parameter.grad).double()
    return loss.item(), gradients, running, inception.F.found


def with_batch_statistics():
    loss, gradients, running, held = batch_gradients(torch.float64)
    again = batch_gradients(torch.float64, held)[1]
    rounded = batch_gradients(torch.float32, held)[1]
    weights = {}
    for name, gradient in gradients.items():
        length = gradient.norm()
        if length > 1e-6:
            assert (again[name] - gradient).norm() < 1e-9 * length, name
        products = (gradient * inception.tensor(f"direction/{name}", *gradient.shape)).reshape(-1)
        cuts = [i * len(products) // 4 for i in range(5)]
        sums = [products[start:end].sum() for start, end in zip(cuts, cuts[1:])]
        error = (rounded[name] - gradient).norm() / length
        weights[name] = [*short([length, *sums]), float(f"{error.item():.2g}")]
    golden = {"torch": torch.__version__, "margin": MARGIN, "loss": loss, "push": PUSH, "held": held}
    return {**golden, "weights": weights, "running": running}


if __name__ == "__main__":
    main()
