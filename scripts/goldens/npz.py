"""Makes test/formats/goldens/npz.json: .npy and .npz files as NumPy writes them, with what is in them.

Run with Debian's python3-numpy: python3 scripts/goldens/npz.py
"""
import base64
import io
import json
import pathlib
import zipfile

import numpy as np

goldens = pathlib.Path(__file__).parents[2] / "test/formats/goldens"


def text(data):
    return base64.b64encode(data).decode("ascii")


def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version, allow_pickle=True)
    return out.getvalue()


arrays = {
    "float32": np.array([[0.1, -2.5, 3e38], [1e-45, -0.0, 7]], "<f4"),
    "float64": np.linspace(-1, 1, 6).reshape(3, 2),
    "float64 big endian": np.linspace(-1, 1, 6).reshape(3, 2).astype(">f8"),
    "float32 Fortran": np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)),
    "float32 Fortran big endian": np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3)),
    "uint8": np.arange(256, dtype="u1").reshape(4, 8, 8),
    "int8": np.array([-128, -1, 0, 127], "i1"),
    "uint16 big endian": np.array([0, 1, 256, 65535], ">u2"),
    "int16": np.array([-32768, -1, 32767], "<i2"),
    "uint32": np.array([0, 2**32 - 1], "<u4"),
    "int32 big endian": np.array([-(2**31), 2**31 - 1], ">i4"),
    "int64": np.array([-(2**63), 2**63 - 1, 12345678901234567], "<i8"),
    "bool": np.array([[True, False], [False, True]]),
    "scalar": np.array(2.5),
    "text scalar": np.array("bundled"),
    "empty": np.zeros((0, 160, 160, 3), "u1"),
    "empty text": np.array([], dtype="<U14"),
    "names": np.array(["ben_afflek", "elton_john", "jerry_seinfeld", ""]),
    "names beyond Latin": np.array(["Zoë", "王小明", "😀 Ω", "a\0b"]),
    "names big endian": np.array([["x", "Łukasz"], ["y", "z"]]).astype(">U6"),
    "names Fortran": np.asfortranarray(np.array([["a", "bb", "ccc"], ["d", "ee", "fff"]])),
}
versions = {"version 2": (arrays["float32"], (2, 0)), "version 3": (arrays["names"], (3, 0))}
refused = {
    "objects": npy(np.array([{"a": 1}, None], dtype=object)),
    "records": npy(np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")])),
    "complex": npy(np.zeros(2, "c8")),
    "dates": npy(np.zeros(2, "M8[s]")),
}


def described(array, data):
    flat = array.ravel(order="C")
    kind = {"U": "string", "b": "bool"}.get(array.dtype.kind, array.dtype.name)
    values = [str(value) for value in flat] if kind in ("string", "int64") else flat.astype(float).tolist()
    return {"type": kind, "dims": list(array.shape), "values": values, "file": text(data)}


files = {name: described(array, npy(array)) for name, array in arrays.items()}
files |= {name: described(array, npy(array, version)) for name, (array, version) in versions.items()}

positional = [arrays["uint8"], arrays["names"], arrays["empty"], arrays["empty text"]]
deflated, stored, streamed = io.BytesIO(), io.BytesIO(), io.BytesIO()
np.savez_compressed(deflated, *positional, pack=arrays["text scalar"])
np.savez(stored, *positional, pack=arrays["text scalar"])


class Unseekable(io.RawIOBase):
    """Makes zipfile write data descriptors, as it does into a pipe."""

    def writable(self):
        return True

    def write(self, data):
        return streamed.write(data)


with zipfile.ZipFile(Unseekable(), "w", zipfile.ZIP_DEFLATED) as archive:
    for i, array in enumerate(positional):
        archive.writestr(f"arr_{i}.npy", npy(array))
    archive.writestr("pack.npy", npy(arrays["text scalar"]))

golden = {
    "numpy": np.__version__,
    "npy": files,
    "refused": {name: text(data) for name, data in refused.items()},
    "npz": {
        "names": ["arr_0", "arr_1", "arr_2", "arr_3", "pack"],
        "members": ["uint8", "names", "empty", "empty text", "text scalar"],
        "deflated": text(deflated.getvalue()),
        "stored": text(stored.getvalue()),
        "streamed": text(streamed.getvalue()),
    },
}
goldens.mkdir(parents=True, exist_ok=True)
(goldens / "npz.json").write_text(json.dumps(golden, ensure_ascii=True, indent=1) + "\n")
