"""
Times the MTCNN of a checkout of timesler/facenet-pytorch, which is measured and never shipped:

    python3 bench/mtcnn/facenet_pytorch.py CHECKOUT LIST OUT.json [BATCH]

LIST is a text file with one photo a line. OUT.json gets {"photosPerSecond": …, "threads": …, "faces": {photo: [[x1, y1,
x2, y2, score], …]}}. With BATCH, photos of one size are given to it that many at a time. Decoding is not timed. Needs torch, torchvision, numpy and Pillow.
"""
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
    checkout, list_file, out = sys.argv[1:4]
    batch = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    detector = load(checkout)(keep_all=True)
    with open(list_file, encoding="utf-8") as file:
        photos = file.read().split("\n")[:-1]
    groups = []
    for photo in photos:
        size = Image.open(photo).size
        if batch and groups and groups[-1][0] == size and len(groups[-1][1]) < batch:
            groups[-1][1].append(photo)
        else:
            groups.append((size, [photo]))
    faces, seconds = {}, 0.0
    for number, (_, group) in enumerate([groups[0], *groups]):
        images = [Image.open(photo).convert("RGB") for photo in group]
        start = time.perf_counter()
        if batch:
            boxes, scores = detector.detect(images)
        else:
            boxes, scores = ([result] for result in detector.detect(images[0]))
        if number > 0:
            seconds += time.perf_counter() - start
        for photo, found, values in zip(group, boxes, scores):
            faces[photo] = [] if found is None else [[*map(float, box), float(v)] for box, v in zip(found, values)]
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"photosPerSecond": len(photos) / seconds, "threads": torch.get_num_threads(), "faces": faces}, file)


main()
