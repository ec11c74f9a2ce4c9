"""Goldens for the resize filters: Pillow's NEAREST, BILINEAR, BICUBIC and OpenCV's INTER_AREA.

Run with Debian's Python (python3-pil, python3-numpy, python3-opencv):
    python3 scripts/goldens/resize.py > test/image/goldens/resize.json
The picture of each case is made by the same rule here and in the test; only results are stored.
"""
import base64
import json

import cv2
import numpy as np
import PIL
from PIL import Image

SIZES = [  # source width, height, target width, height
    (17, 13, 8, 6),
    (17, 13, 34, 29),
    (31, 40, 16, 16),
    (40, 23, 13, 31),
    (20, 20, 24, 24),
    (48, 36, 24, 18),
    (30, 30, 10, 10),
    (9, 50, 12, 12),
    (37, 41, 37, 20),
    (5, 5, 5, 5),
    (1, 3, 4, 7),
]


def picture(width, height):
    """x·y noise by a linear congruential generator (Numerical Recipes), its top byte."""
    state, values = 12345 + width * 1000 + height, []
    for _ in range(width * height * 3):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state >> 24)
    return np.array(values, np.uint8).reshape(height, width, 3)


def encode(array):
    return base64.b64encode(array.tobytes()).decode()


cases = []
for width, height, to_width, to_height in SIZES:
    source = picture(width, height)
    image = Image.fromarray(source)
    case = {"from": [width, height], "to": [to_width, to_height]}
    for name in ("nearest", "bilinear", "bicubic"):
        resized = image.resize((to_width, to_height), getattr(Image.Resampling, name.upper()))
        case[name] = encode(np.asarray(resized))
    case["area"] = encode(cv2.resize(source, (to_width, to_height), interpolation=cv2.INTER_AREA))
    exact = cv2.resize(source.astype(np.float64), (to_width, to_height), interpolation=cv2.INTER_AREA)
    case["areaSums"] = [round(float(exact[..., c].sum()), 6) for c in range(3)]
    case["areaFloat"] = [round(float(v), 5) for v in exact.reshape(-1)[:: max(1, exact.size // 40)]]
    cases.append(case)
print(json.dumps({"pillow": PIL.__version__, "opencv": cv2.__version__, "cases": cases}, indent=1))
