"""
Times the MTCNN of a checkout of timesler/facenet-pytorch, which is measured and never shipped:

    python3 bench/mtcnn/facenet_pytorch.py CHECKOUT LIST OUT.json [--batch N] [--threads N]

LIST is a text file with one photo a line. OUT.json gets {"photosPerSecond": …, "cpuMs": …, "threads": …, "faces": {photo: [[x1, y1,
x2, y2, score], …]}}. With --batch, photos of one size are given to it that many at a time; --threads: of PyTorch, by
default one a core. cpuMs is the processor time of all threads a photo. Decoding is not timed. Needs torch, torchvision, numpy and Pillow.
"""
import argparse
import importlib
import json
import os
import sys
import time
import types

import torch
from PIL import Image


def load(checkout):
    """models/mtcnn.py by itself: the package as a whole also wants what recognition needs."""
    package = types.ModuleType("facenet_pytorch_models")
    package.__path__ = [os.path.join(checkout, "models")]
    sys.modules["facenet_pytorch_models"] = package
    return importlib.import_module("facenet_pytorch_models.mtcnn").MTCNN


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout")
    parser.add_argument("list")
    parser.add_argument("out")
    parser.add_argument("--batch", type=int, default=0)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    batch = given.batch
    if given.threads is not None:
        torch.set_num_threads(given.threads)
    detector = load(given.checkout)(keep_all=True)
    with open(given.list, encoding="utf-8") as file:
        photos = file.read().split("\n")[:-1]
    groups = []
    for photo in photos:
        size = Image.open(photo).size
        if batch and groups and groups[-1][0] == size and len(groups[-1][1]) < batch:
            groups[-1][1].append(photo)
        else:
            groups.append((size, [photo]))
    faces, seconds, cpu_seconds = {}, 0.0, 0.0
    for number, (_, group) in enumerate([groups[0], *groups]):
        images = [Image.open(photo).convert("RGB") for photo in group]
        start, cpu = time.perf_counter(), time.process_time()
        if batch:
            boxes, scores = detector.detect(images)
        else:
            boxes, scores = ([result] for result in detector.detect(images[0]))
        if number > 0:
            seconds += time.perf_counter() - start
            cpu_seconds += time.process_time() - cpu
        for photo, found, values in zip(group, boxes, scores):
            faces[photo] = [] if found is None else [[*map(float, box), float(v)] for box, v in zip(found, values)]
    result = {
        "photosPerSecond": len(photos) / seconds,
        "cpuMs": 1000 * cpu_seconds / len(photos),
        "threads": torch.get_num_threads(),
        "faces": faces,
    }
    with open(given.out, "w", encoding="utf-8") as file:
        json.dump(result, file)


main()
