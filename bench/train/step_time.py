"""
The PyTorch side of step-time.ts: the same networks and the same loss, in float32, with the statistics of the
batch and SGD with momentum. Reads the name of a network a line from standard input, takes one whole step and
answers with the milliseconds by the clock and of processor time, and with its peak memory.
"""
import importlib.util
import json
import os
import resource
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

goldens, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
wanted = sys.argv[4].split(",")
torch.set_num_threads(threads)
spec = importlib.util.spec_from_file_location("inception", os.path.join(goldens, "inception.py"))
inception = importlib.util.module_from_spec(spec)
spec.loader.exec_module(inception)


def conv(inside, out, stride):
    return nn.Sequential(nn.Conv2d(inside, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out, eps=1e-3))


class Small(nn.Module):
    """src/nets/small-face-net.ts"""

    def __init__(self):
        super().__init__()
        sizes = [(3, 32, False), (32, 32, True), (32, 64, True), (64, 128, True), (128, 128, False)]
        self.down = nn.ModuleList(conv(inside, out, 2) for inside, out, _ in sizes)
        self.blocks = nn.ModuleList(
            nn.ModuleList([conv(out, out, 1), conv(out, out, 1)]) if residual else nn.ModuleList()
            for _, out, residual in sizes
        )
        self.last = nn.Linear(1152, 128, bias=False)
        self.last_bn = nn.BatchNorm1d(128, eps=1e-3)

    def forward(self, x):
        for down, block in zip(self.down, self.blocks):
            x = F.relu(down(x))
            if len(block):
                x = F.relu(block[1](F.relu(block[0](x))) + x)
        return self.last_bn(self.last(x.flatten(1)))


def loss_of(embeddings, people):
    """Batch-hard triplets with a soft margin."""
    unit = F.normalize(embeddings)
    distances = 2 - 2 * unit @ unit.t()
    same = people[:, None] == people[None]
    farthest = (distances * (same & ~torch.eye(len(people), dtype=torch.bool))).max(1).values
    nearest = (distances + 8 * same).min(1).values
    return F.softplus(farthest - nearest).mean()


def runner(model, x):
    model.float().train()
    optimiser = torch.optim.SGD(model.parameters(), 1e-3, 0.9)
    people = torch.arange(batch) // 2

    def step():
        optimiser.zero_grad()
        loss_of(model(x), people).backward()
        optimiser.step()

    return step


pictures = np.stack([inception.picture(i) for i in range(batch)])


def make(name):
    if name == "small-face-net":
        x = torch.from_numpy(((pictures[:, :96, :96] - 127.5) / 128).astype(np.float32)).permute(0, 3, 1, 2).contiguous()
        return runner(Small(), x)
    x = torch.from_numpy(inception.prewhiten(pictures).astype(np.float32)).permute(0, 3, 1, 2).contiguous()
    return runner(inception.InceptionResnetV1(128, 1, True), x)


steps = {name: make(name) for name in wanted}
for step in steps.values():
    step()
print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    start, worked = time.perf_counter(), time.process_time()
    steps[line.strip()]()
    elapsed = {"wall": time.perf_counter() - start, "cpu": time.process_time() - worked}
    answer = {name: 1000 * seconds for name, seconds in elapsed.items()}
    answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(answer), flush=True)
