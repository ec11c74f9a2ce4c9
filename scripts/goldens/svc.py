#!/usr/bin/python3
"""Makes test/classify/goldens/svc-*.json: what scikit-learn's SVC and libsvm's -b 1 say about small data sets.

Needs Debian's python3-sklearn (1.2.1), python3-numpy and libsvm3 (3.24). Run from the repository root:

    /usr/bin/python3 scripts/goldens/svc.py
    /usr/bin/python3 scripts/goldens/svc.py --embeddings faces-embeddings.npz --name celeb6 [--without-rows]

The second form makes one golden from embeddings: arrays arr_0 … arr_3 as `visage embed` writes them,
or a JSON object {"train": [[…]], "trainLabels": […], "test": [[…]], "testLabels": […]}. Rows are brought to
unit length; --without-rows leaves them out of the golden.
"""

import argparse
import base64
import ctypes
import json
import math
import warnings
from pathlib import Path

import numpy as np
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC

FOLDER = Path(__file__).resolve().parents[2] / "test/classify/goldens"
MASK = 0xFFFFFFFF
warnings.simplefilter("error", ConvergenceWarning)


class Random:
    """src/kernel/random.ts once more: xoshiro128** 1.1, its state filled by splitmix32."""

    def __init__(self, seed):
        self.state = []
        word = seed & MASK
        for _ in range(4):
            word = (word + 0x9E3779B9) & MASK
            mixed = word
            mixed = ((mixed ^ (mixed >> 16)) * 0x85EBCA6B) & MASK
            mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35) & MASK
            self.state.append(mixed ^ (mixed >> 16))

    def next(self):
        s = self.state
        rotated = (s[1] * 5) & MASK
        rotated = ((rotated << 7) | (rotated >> 25)) & MASK
        result = (rotated * 9) & MASK
        shifted = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = ((s[3] << 11) | (s[3] >> 21)) & MASK
        return result / 4294967296


def clusters(seed, counts, dimension, spread, unit):
    """test/classify/svc-data.ts once more: only +, −, ·, ÷ and √, so that both give the same bits."""
    random = Random(seed)
    centres = [[2 * random.next() - 1 for _ in range(dimension)] for _ in counts]
    rows, labels = [], []
    for label, count in enumerate(counts):
        for _ in range(count):
            row = []
            for d in range(dimension):
                noise = -6.0  # Irwin–Hall: twelve uniform numbers, nearly normal
                for _ in range(12):
                    noise += random.next()
                row.append(centres[label][d] + spread * noise)
            if unit:
                total = 0.0
                for value in row:
                    total += value * value
                length = math.sqrt(total)
                row = [value / length for value in row]
            rows.append(row)
            labels.append(label)
    return np.array(rows, dtype=np.float32).astype(float), np.array(labels)


def every(rows, labels, period):
    """Every period-th row of the whole is for testing."""
    held = np.arange(len(labels)) % period == period - 1
    return rows[~held], labels[~held], rows[held], labels[held]


def significant(values):
    return [float(f"{value:.10g}") for value in np.ravel(values)]


# --- libsvm itself, for probabilities -------------------------------------------------------------


class Node(ctypes.Structure):
    _fields_ = [("index", ctypes.c_int), ("value", ctypes.c_double)]


class Problem(ctypes.Structure):
    _fields_ = [
        ("l", ctypes.c_int),
        ("y", ctypes.POINTER(ctypes.c_double)),
        ("x", ctypes.POINTER(ctypes.POINTER(Node))),
    ]


class Parameter(ctypes.Structure):
    _fields_ = [
        ("svm_type", ctypes.c_int),
        ("kernel_type", ctypes.c_int),
        ("degree", ctypes.c_int),
        ("gamma", ctypes.c_double),
        ("coef0", ctypes.c_double),
        ("cache_size", ctypes.c_double),
        ("eps", ctypes.c_double),
        ("C", ctypes.c_double),
        ("nr_weight", ctypes.c_int),
        ("weight_label", ctypes.POINTER(ctypes.c_int)),
        ("weight", ctypes.POINTER(ctypes.c_double)),
        ("nu", ctypes.c_double),
        ("p", ctypes.c_double),
        ("shrinking", ctypes.c_int),
        ("probability", ctypes.c_int),
    ]


class Model(ctypes.Structure):
    _fields_ = [
        ("param", Parameter),
        ("nr_class", ctypes.c_int),
        ("l", ctypes.c_int),
        ("SV", ctypes.c_void_p),
        ("sv_coef", ctypes.c_void_p),
        ("rho", ctypes.POINTER(ctypes.c_double)),
        ("probA", ctypes.POINTER(ctypes.c_double)),
        ("probB", ctypes.POINTER(ctypes.c_double)),
    ]


def nodes(row):
    """libsvm is sparse: zeros are left out, index −1 ends."""
    filled = [(d + 1, value) for d, value in enumerate(row) if value != 0]
    return (Node * (len(filled) + 1))(*[Node(*entry) for entry in filled], Node(-1, 0))


def libsvm_probabilities(train, labels, test, kernel, C, gamma, eps):
    """A, B and probabilities of libsvm, its rand() started at srand(1), as in a process of its own."""
    library = ctypes.CDLL("libsvm.so.3")
    library.svm_train.restype = ctypes.POINTER(Model)
    library.svm_predict_probability.restype = ctypes.c_double
    quiet = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda _: None)
    library.svm_set_print_string_function(quiet)
    rows = [nodes(row) for row in train]
    problem = Problem(
        len(rows),
        (ctypes.c_double * len(rows))(*labels),
        (ctypes.POINTER(Node) * len(rows))(*[ctypes.cast(row, ctypes.POINTER(Node)) for row in rows]),
    )
    parameter = Parameter(0, {"linear": 0, "rbf": 2}[kernel], 3, gamma, 0, 100, eps, C, 0, None, None, 0.5, 0.1, 1, 1)
    ctypes.CDLL("libc.so.6").srand(1)
    model = library.svm_train(ctypes.byref(problem), ctypes.byref(parameter))
    k = model.contents.nr_class
    pairs = k * (k - 1) // 2
    probabilities = []
    for row in test:
        estimates = (ctypes.c_double * k)()
        library.svm_predict_probability(model, nodes(row), estimates)
        probabilities.append(significant(list(estimates)))
    return {
        "slopes": significant(model.contents.probA[:pairs]),
        "offsets": significant(model.contents.probB[:pairs]),
        "probabilities": probabilities,
    }


# --- the goldens ----------------------------------------------------------------------------------

SETTINGS = [
    {"kernel": "linear", "C": 0.1, "tolerance": 1e-8},
    {"kernel": "linear", "C": 1, "tolerance": 1e-3},
    {"kernel": "linear", "C": 1, "tolerance": 1e-8},
    {"kernel": "linear", "C": 50, "tolerance": 1e-8},
    {"kernel": "rbf", "C": 1, "tolerance": 1e-3},
    {"kernel": "rbf", "C": 1, "tolerance": 1e-8},
    {"kernel": "rbf", "C": 20, "gamma": "auto", "tolerance": 1e-8},
]


def write(name, train, labels, test, test_labels, data, class_weight=None, probabilities=True, shown=10):
    cases = []
    for setting in SETTINGS:
        svc = SVC(
            kernel=setting["kernel"],
            C=setting["C"],
            gamma=setting.get("gamma", "scale"),
            tol=setting["tolerance"],
            class_weight=class_weight,
            decision_function_shape="ovo",
            max_iter=10_000_000,
        ).fit(train, labels)
        # scikit-learn turns the sign of two-class values round; libsvm does not.
        sign = -1 if len(svc.classes_) == 2 else 1
        case = {
            **setting,
            **({"classWeight": class_weight} if class_weight else {}),
            "supportIndices": svc.support_.tolist(),
            "supportCounts": svc.n_support_.tolist(),
            "intercepts": significant(sign * svc.intercept_),
            "decisionValues": [
                significant(sign * row)
                for row in np.reshape(svc.decision_function(test[:shown]), (len(test[:shown]), -1))
            ],
            "predictions": svc.predict(test).tolist(),
        }
        if probabilities and class_weight is None:
            case["libsvm"] = libsvm_probabilities(
                train, labels, test[:shown], setting["kernel"], setting["C"], svc._gamma, setting["tolerance"]
            )
        cases.append(case)
    golden = {
        "name": name,
        "madeBy": "scripts/goldens/svc.py with scikit-learn 1.2.1 and libsvm 3.24",
        **data,
        "trainLabels": np.asarray(labels).tolist(),
        "testLabels": np.asarray(test_labels).tolist(),
        "cases": cases,
    }
    path = FOLDER / f"svc-{name}.json"
    text = json.dumps(golden, separators=(",", ":"))
    # One line for each key and each case.
    for key in ("madeBy", "train", "test", "clusters", "trainLabels", "testLabels", "cases"):
        text = text.replace(f'"{key}":', f'\n"{key}":', 1)
    text = text.replace('{"kernel":', '\n{"kernel":')
    path.write_text(text + "\n")
    print(f"{path.name}: {path.stat().st_size / 1024:.1f} KB")


def write_rows(name, rows, labels, period, divisor=1, **options):
    """`divisor` keeps whole numbers whole in the golden."""
    data = dict(zip(("train", "test"), (part.tolist() for part in every(rows, labels, period)[0::2])))
    if divisor != 1:
        data = {"divisor": divisor, **json.loads(json.dumps(data).replace(".0", ""))}
    train, train_labels, test, test_labels = every(rows / divisor, labels, period)
    write(name, train, train_labels, test, test_labels, data, **options)


def write_clusters(name, seed, counts, dimension, spread, unit, period, **options):
    rows, labels = clusters(seed, counts, dimension, spread, unit)
    recipe = {"seed": seed, "counts": counts, "dimension": dimension, "spread": spread, "unit": unit, "testEvery": period}
    write(name, *every(rows, labels, period), {"clusters": recipe}, **options)


def write_embeddings(name, file, without_rows):
    if file.suffix == ".json":
        content = json.loads(file.read_text())
        train, train_names = np.array(content["train"]), np.array(content["trainLabels"])
        test, test_names = np.array(content["test"]), np.array(content["testLabels"])
    else:
        content = np.load(file)
        train, train_names, test, test_names = (content[f"arr_{i}"] for i in range(4))
    names = sorted(set(train_names.tolist()))
    order = np.argsort(train_names, kind="stable")
    train, train_names = train[order], train_names[order]

    def unit(rows):
        rows = np.asarray(rows, dtype=np.float32).astype(float)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    def base64_rows(rows):
        return {"dimension": rows.shape[1], "float32": base64.b64encode(rows.astype("<f4").tobytes()).decode()}

    train, test = unit(train), unit(test)
    data = {"classes": names}
    if not without_rows:
        data.update(train=base64_rows(train), test=base64_rows(test))
    numbers = [[names.index(label) for label in labels.tolist()] for labels in (train_names, test_names)]
    write(name, train.astype(float), numbers[0], test.astype(float), numbers[1], data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--embeddings", type=Path)
    parser.add_argument("--name")
    parser.add_argument("--without-rows", action="store_true")
    options = parser.parse_args()
    if options.embeddings:
        write_embeddings(options.name or options.embeddings.stem, options.embeddings, options.without_rows)
        return
    iris = datasets.load_iris()
    write_rows("iris", iris.data, iris.target, 5)
    wine = datasets.load_wine()
    standardised = (wine.data - wine.data.mean(axis=0)) / wine.data.std(axis=0)
    write_rows("wine", np.round(standardised, 3), wine.target, 4)
    digits = datasets.load_digits()
    chosen = np.concatenate([np.flatnonzero(digits.target == digit)[:18] for digit in range(10)])
    write_rows("digits", digits.data[chosen], digits.target[chosen], 4, divisor=16, shown=5)
    write_clusters("blobs", 1, [30, 30, 30], 2, 0.5, False, 4)
    write_clusters("imbalanced", 2, [60, 12, 6], 4, 0.6, False, 4, class_weight="balanced")
    write_clusters("two-classes", 3, [25, 30], 3, 0.8, False, 4)
    write_clusters("embeddings", 4, [8] * 12, 128, 0.5, True, 4, shown=5)


main()
