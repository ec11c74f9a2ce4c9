"""Golden pickles from Python: plain values in the protocols 2 to 5, as hex, in test/formats/goldens/pickle.json."""
import json
import os
import pickle

pair = (1, "ä")
VALUES = {
    "shared": [pair, pair, {"k": pair, 3: None}],
    "numbers": [0, 255, 256, 65535, 65536, -1, -(2**31), 2**31, 2**53 - 1, 2**53, -(2**63), 2**200, 1.5, True, False],
    "texts": ["", "aé中😀", "x" * 300],
    "containers": [(), (1,), (1, 2, 3, 4), [[[]]], {}, {"a": {"b": {}}}, {1}, frozenset([2])],
    "bytes": [b"\x00\xff", b"y" * 300],
}

here = os.path.dirname(os.path.abspath(__file__))
target = os.path.join(here, "..", "..", "test", "formats", "goldens", "pickle.json")
with open(target, "w", encoding="utf-8") as file:
    json.dump({k: {p: pickle.dumps(v, p).hex() for p in range(2, 6)} for k, v in VALUES.items()}, file)
    file.write("\n")
