"""
A golden HDF5 file from h5py in the form that Keras writes (libver 'earliest'): test/formats/goldens/keras-forms.h5.gz.

It holds every kind of text that Keras files of different ages have, a group large enough for a B-tree of
two levels, numbers in several types, and what the reader refuses. Needs h5py and numpy.
"""
import gzip
import io
import os

import h5py
import numpy as np

LAYERS = 426

buffer = io.BytesIO()
with h5py.File(buffer, "w", libver="earliest") as file:
    file.attrs["keras_version"] = "2.1.2"
    file.attrs["model_config"] = '{"name": "' + "x" * 100_000 + '"}'
    file.attrs["latin"] = np.bytes_(b"tensorflow")
    file.attrs["utf8"] = "Gesichtserkennung für Größe"
    weights = file.create_group("model_weights")
    names = [f"layer_{i}_with_a_long_name"[: 12 + i % 14] + str(i) for i in range(LAYERS)]
    weights.attrs["layer_names"] = np.array([name.encode() for name in names])
    for i, name in enumerate(names):
        group = weights.create_group(name)
        if i > 3:
            group.attrs["weight_names"] = np.array([])
    first, second, third, fourth = (weights[name] for name in names[:4])
    first.attrs["weight_names"] = [b"a/kernel:0", b"a/bias:0"]
    second.attrs.create("weight_names", ["b/kernel:0", "b/bïas:0", ""], dtype=h5py.string_dtype("utf-8"))
    third.attrs.create("weight_names", ["c/kernel:0"], dtype=h5py.string_dtype("ascii"))
    spaces = h5py.h5t.C_S1.copy()
    spaces.set_size(8)
    spaces.set_strpad(h5py.h5t.STR_SPACEPAD)
    attribute = h5py.h5a.create(fourth.id, b"weight_names", spaces, h5py.h5s.create_simple((2,)))
    attribute.write(np.array([b"pad     ", b"padded  "], dtype="S8"), mtype=spaces)
    grid = np.arange(6).reshape(2, 3) / 4
    first["a/kernel:0"] = grid.astype("<f4")
    first["a/bias:0"] = np.float32(0.5)
    first["a/double:0"] = grid.astype("<f8")
    first["a/big-endian:0"] = grid.astype(">f4")
    first["a/empty:0"] = np.zeros((0, 3), "<f4")
    first["a/half:0"] = grid.astype("<f2")
    first["a/integers:0"] = np.arange(3, dtype="<i4")
    first.create_dataset("a/chunks:0", data=grid.astype("<f4"), chunks=(1, 3), compression="gzip")
    first["a/soft:0"] = h5py.SoftLink("/nowhere")

here = os.path.dirname(os.path.abspath(__file__))
target = os.path.join(here, "..", "..", "test", "formats", "goldens", "keras-forms.h5.gz")
with open(target, "wb") as file:
    file.write(gzip.compress(buffer.getvalue(), 9, mtime=0))
