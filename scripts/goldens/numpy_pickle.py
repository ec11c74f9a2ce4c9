"""Goldens of .npy files of Python objects: writes test/formats/goldens/numpy-pickle.json, files as hex. Needs numpy."""
import io
import json
import os
import pickle

import numpy as np

base = np.arange(6, dtype=np.float32).reshape(2, 3)
shared = np.array([1.5, -2.5], dtype=np.float64)
VALUES = {
    "layers": {"conv1": {"weights": np.asfortranarray(base), "biases": base[0]}, "PReLU1": {"alpha": base[:, 1]}},
    "types": [
        np.array([1, -2], dtype=">i4"),
        np.array([[1.25], [7]], dtype=">f8"),
        np.array([0, 255], dtype=np.uint8),
        np.array([True, False]),
        np.zeros((2, 0, 3), dtype=np.float32),
        np.array(-3.5, dtype=np.float32),
    ],
    "shared": [shared, shared, {"a": shared}],
    "objects": np.array([None, "ä", [base]], dtype=object),
}


def npy(value, protocol):
    array = value if isinstance(value, np.ndarray) else np.array(None, dtype=object)
    if array.ndim == 0:
        array[()] = value
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
    pickle.dump(array, file, protocol=protocol)
    return file.getvalue().hex()


here = os.path.dirname(os.path.abspath(__file__))
target = os.path.join(here, "..", "..", "test", "formats", "goldens", "numpy-pickle.json")
with open(target, "w", encoding="utf-8") as file:
    json.dump({name: {p: npy(value, p) for p in range(2, 5)} for name, value in VALUES.items()}, file)
    file.write("\n")
