"""
Golden checkpoints from PyTorch: test/formats/goldens/torch/*.pt, with the values that NumPy sees in torch.json.

Small tensors of every kind the reader must take apart: permuted and expanded views, shared storages, half,
bfloat16, double, whole numbers, scalars, empty ones, parameters; alone, wrapped and nested; in both forms
and two pickle protocols; and what the reader must refuse: whole modules, other objects. (Whole modules in
the older form and programs hold source code of PyTorch, so the tests make their own.)

Needs torch (written with Debian's python3-torch 1.13). Keys of storages in the older form are addresses, so
another run gives other bytes with the same content.
"""
import argparse
import collections
import json
import os

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "..", "test", "formats", "goldens", "torch")
torch.manual_seed(7)

network = nn.Sequential(collections.OrderedDict(conv=nn.Conv2d(3, 4, (2, 3)), bn=nn.BatchNorm2d(4)))
network.bn.running_var.uniform_(0.5, 1.5)
# As converters leave them: logically [out, in, height, width], in memory [height, width, in, out].
network.conv.weight.data = torch.randn(2, 3, 3, 4).permute(3, 2, 0, 1)
base = torch.randn(5, 6)
kinds = collections.OrderedDict(
    plain=base,
    part=base[1:4, 2:5],
    column=base[:, 3],
    transposed=base.t(),
    every_other=base[::2, ::3],
    expanded=torch.randn(3, 1).expand(3, 4),
    half=torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 6.1e-5, 0.333, float("inf")]).half(),
    bfloat16=torch.randn(4, 2).bfloat16().t(),
    double=torch.randn(2, 2, dtype=torch.float64),
    scalar=torch.tensor(3.25),
    empty=torch.empty(0, 3),
    integers=torch.arange(3),
    bytes=torch.tensor([1, 2], dtype=torch.uint8),
    truths=torch.tensor([True, False]),
    parameter=nn.Parameter(torch.randn(2)),
)
optimizer = torch.optim.Adam(network.parameters(), lr=0.25)
network(torch.zeros(2, 3, 4, 5)).sum().backward()
optimizer.step()
wrapped = {
    "epoch": 12,
    "best": 0.5,
    "names": ("a", ["b", None, True]),
    "seen": {1, 2},
    "big": 2**70,
    "negative": -(2**40),
    "state_dict": nn.DataParallel(network).state_dict(),
    "optimizer": optimizer.state_dict(),
}
nested = {"pnet": network.state_dict(), "rnet": {"prelu": torch.tensor([0.25, -1.0])}}

contents = {"network": network.state_dict(), "kinds": kinds, "wrapped": wrapped, "nested": nested}
refused = {
    "module": network,
    "namespace": {"state_dict": network.state_dict(), "options": argparse.Namespace(lr=0.1)},
    "tensor": base,
}


def values(content):
    """Every floating tensor by its dotted path, as float32."""
    found = {}
    for key, value in content.items():
        if isinstance(value, dict):
            found.update({f"{key}.{inner}": v for inner, v in values(value).items()})
        elif torch.is_tensor(value) and value.is_floating_point():
            rows = value.detach().float().contiguous().numpy().flatten().tolist()
            rows = ["Infinity" if v == float("inf") else v for v in rows]
            found[key] = {"dims": list(value.shape), "data": rows}
    return found


def main():
    os.makedirs(TARGET, exist_ok=True)
    for name, content in {**contents, **refused}.items():
        for form in ["zip"] if name == "module" else ["zip", "legacy"]:
            torch.save(content, os.path.join(TARGET, f"{name}-{form}.pt"), _use_new_zipfile_serialization=form == "zip")
    for form in ["zip", "legacy"]:
        torch.save(
            nested,
            os.path.join(TARGET, f"nested-{form}-protocol-4.pt"),
            pickle_protocol=4,
            _use_new_zipfile_serialization=form == "zip",
        )
    expected = {name: values(content) for name, content in contents.items()}
    expected["wrapped"] = {k.replace("module.", "", 1): v for k, v in values(wrapped["state_dict"]).items()}
    with open(os.path.join(TARGET, "torch.json"), "w", encoding="utf-8") as file:
        json.dump({"torch": torch.__version__, "expected": expected}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
