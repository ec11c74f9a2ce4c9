"""
Goldens of the reference pipeline: writes test/cli/goldens/reference.json.

    python3 scripts/goldens/reference.py SHARED

What "How to Develop a Face Recognition System Using FaceNet in Keras" does up to its crops, written down a second
time: Pillow opens a photo and converts it to RGB; MTCNN as davidsandberg/facenet, src/align/detect_face.py (its
networks in PyTorch on the weights SHARED/models/mtcnn/det*.npy, OpenCV's INTER_AREA); the surest face; its box by the
rule of mtcnn 0.1.0; abs() of the corner; the slice, resized by Pillow to 160 x 160. For each photo of
SHARED/data/celeb6 in code point order: box, score, and the SHA-256 and mean of the crop by both filters. No picture is kept.

Needs torch, numpy, OpenCV and Pillow (written with Debian 12's: 1.13, 1.24, 4.6, 9.4).
"""
import hashlib
import json
import math
import os
import sys

import cv2
import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F


def load(path):
    layers = np.load(path, allow_pickle=True, encoding="latin1").item()
    return {layer: {name: torch.from_numpy(np.asarray(value)).double() for name, value in tensors.items()} for layer, tensors in layers.items()}


def conv(net, x, layer):
    return F.conv2d(x, net[layer]["weights"].permute(3, 2, 0, 1), net[layer]["biases"])


def prelu(net, x, layer):
    alpha = net[layer]["alpha"].reshape([1, -1] + [1] * (x.dim() - 2))
    return F.relu(x) - alpha * F.relu(-x)


def dense(net, x, layer):
    return x @ net[layer]["weights"] + net[layer]["biases"]


def pool(x, size, same):
    return F.max_pool2d(x, size, 2, ceil_mode=same)


def flat(x):
    return x.permute(0, 2, 3, 1).flatten(1)


def turned(images):
    """[n, y, x, 3] as the networks want them: [n, 3, x, y]."""
    return torch.from_numpy(np.ascontiguousarray((images.astype("float64") - 127.5) * 0.0078125)).permute(0, 3, 2, 1)


def pnet(net, x):
    x = pool(prelu(net, conv(net, x, "conv1"), "PReLU1"), 2, True)
    x = prelu(net, conv(net, x, "conv2"), "PReLU2")
    x = prelu(net, conv(net, x, "conv3"), "PReLU3")
    return torch.softmax(conv(net, x, "conv4-1"), 1)[0, 1].T.numpy(), conv(net, x, "conv4-2")[0].permute(2, 1, 0).numpy()


def rnet(net, x):
    x = pool(prelu(net, conv(net, x, "conv1"), "prelu1"), 3, True)
    x = pool(prelu(net, conv(net, x, "conv2"), "prelu2"), 3, False)
    x = flat(prelu(net, conv(net, x, "conv3"), "prelu3"))
    x = prelu(net, dense(net, x, "conv4"), "prelu4")
    return torch.softmax(dense(net, x, "conv5-1"), 1)[:, 1].numpy(), dense(net, x, "conv5-2").numpy()


def onet(net, x):
    x = pool(prelu(net, conv(net, x, "conv1"), "prelu1"), 3, True)
    x = pool(prelu(net, conv(net, x, "conv2"), "prelu2"), 3, False)
    x = pool(prelu(net, conv(net, x, "conv3"), "prelu3"), 2, True)
    x = flat(prelu(net, conv(net, x, "conv4"), "prelu4"))
    x = prelu(net, dense(net, x, "conv5"), "prelu5")
    return torch.softmax(dense(net, x, "conv6-1"), 1)[:, 1].numpy(), dense(net, x, "conv6-2").numpy()


def suppress(boxes, scores, most, smaller=False):
    areas = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
    order, kept = np.argsort(scores, kind="stable"), []
    while order.size > 0:
        best, rest = order[-1], order[:-1]
        kept.append(best)
        width = np.minimum(boxes[best, 2], boxes[rest, 2]) - np.maximum(boxes[best, 0], boxes[rest, 0]) + 1
        height = np.minimum(boxes[best, 3], boxes[rest, 3]) - np.maximum(boxes[best, 1], boxes[rest, 1]) + 1
        shared = np.maximum(0, width) * np.maximum(0, height)
        whole = np.minimum(areas[best], areas[rest]) if smaller else areas[best] + areas[rest] - shared
        order = rest[shared / whole <= most]
    return np.array(kept, int)


def moved(boxes, shifts, last_pixel):
    size = np.tile(boxes[:, 2:] - boxes[:, :2] + last_pixel, 2)
    return boxes + shifts * size


def squares(boxes):
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    side = np.maximum(width, height)
    left, top = boxes[:, 0] + width * 0.5 - side * 0.5, boxes[:, 1] + height * 0.5 - side * 0.5
    return np.trunc(np.stack([left, top, left + side, top + side], 1))


def cut(image, box, size):
    left, top, right, bottom = (int(v) for v in box)
    crop = np.zeros((bottom - top + 1, right - left + 1, 3))
    height, width, _ = image.shape
    x1, y1, x2, y2 = max(1, left), max(1, top), min(width, right), min(height, bottom)
    crop[y1 - top : y2 - top + 1, x1 - left : x2 - left + 1] = image[y1 - 1 : y2, x1 - 1 : x2]
    return cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)


def judge(net, run, image, boxes, size):
    scores, shifts = run(net, turned(np.stack([cut(image, box, size) for box in boxes])))
    passed = scores > 0.7
    return boxes[passed], scores[passed], shifts[passed]


def detect(nets, image):
    """The surest face as [x1, y1, x2, y2] and its score."""
    height, width, _ = image.shape
    boxes, scores, shifts = [], [], []
    short, step = min(height, width) * 12 / 20, 0
    while short >= 12:
        scale = 12 / 20 * 0.709**step
        size = (math.ceil(width * scale), math.ceil(height * scale))
        level = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        faces, sides = pnet(nets[0], turned(level[None]))
        rows, columns = np.where(faces >= 0.6)
        if rows.size > 0:
            found = np.stack([np.trunc((2 * columns + 1) / scale), np.trunc((2 * rows + 1) / scale), np.trunc((2 * columns + 12) / scale), np.trunc((2 * rows + 12) / scale)], 1)
            # The original transposes its maps, and flips them in x when one cell fires alone.
            at = sides[rows, faces.shape[1] - 1 - columns] if rows.size == 1 else sides[rows, columns]
            kept = suppress(found, faces[rows, columns], 0.5)
            boxes.append(found[kept])
            scores.append(faces[rows, columns][kept])
            shifts.append(at[kept])
        short, step = short * 0.709, step + 1
    boxes, scores, shifts = np.concatenate(boxes), np.concatenate(scores), np.concatenate(shifts)
    kept = suppress(boxes, scores, 0.7)
    boxes = squares(moved(boxes[kept], shifts[kept], 0))
    boxes, scores, shifts = judge(nets[1], rnet, image, boxes, 24)
    kept = suppress(boxes, scores, 0.7)
    boxes = squares(moved(boxes[kept], shifts[kept], 1))
    boxes, scores, shifts = judge(nets[2], onet, image, boxes, 48)
    boxes = moved(boxes, shifts, 1)
    best = suppress(boxes, scores, 0.7, smaller=True)[0]
    return boxes[best], float(scores[best])


def main():
    shared = sys.argv[1]
    nets = [load(os.path.join(shared, "models", "mtcnn", f"det{n}.npy")) for n in (1, 2, 3)]
    root = os.path.join(shared, "data", "celeb6")
    golden = {}
    for folder, _, files in sorted(os.walk(root)):
        for file in sorted(files):
            path = os.path.join(folder, file)
            image = np.asarray(Image.open(path).convert("RGB"))
            (x1, y1, x2, y2), score = detect(nets, image)
            box = [int(x1), int(y1), int(x2 - x1), int(y2 - y1)]
            x, y = abs(box[0]), abs(box[1])
            crop = Image.fromarray(image[y : y + box[3], x : x + box[2]])
            entry = {"box": box, "score": round(score, 7)}
            for name, by in (("bicubic", Image.Resampling.BICUBIC), ("nearest", Image.Resampling.NEAREST)):
                face = np.asarray(crop.resize((160, 160), by))
                entry[name] = {"sha256": hashlib.sha256(face.tobytes()).hexdigest(), "mean": round(float(face.mean()), 4)}
            golden[os.path.relpath(path, root)] = entry
    here = os.path.dirname(os.path.abspath(__file__))
    target = os.path.join(here, "..", "..", "test", "cli", "goldens", "reference.json")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8") as out:
        lines = [f"{json.dumps(file)}: {json.dumps(entry)}" for file, entry in sorted(golden.items())]
        out.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
