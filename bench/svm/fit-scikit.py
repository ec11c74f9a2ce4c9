"""One round of scikit-learn's side. Arguments: folder with the arrays, dimension."""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.svm import SVC

folder, dimension = sys.argv[1], int(sys.argv[2])
train = np.fromfile(f"{folder}/train.f32", "<f4").reshape(-1, dimension).astype(np.float64)
test = np.fromfile(f"{folder}/test.f32", "<f4").reshape(-1, dimension).astype(np.float64)
train_labels = np.fromfile(f"{folder}/train-labels.i32", "<i4")
test_labels = np.fromfile(f"{folder}/test-labels.i32", "<i4")

begun, begun_cpu = time.perf_counter(), time.process_time()
svc = SVC(kernel="linear", probability=True, random_state=1).fit(train, train_labels)
fit, fit_cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
before_votes = time.perf_counter()
predicted = svc.predict(test)
before_probabilities = time.perf_counter()
probabilities = svc.predict_proba(test)
end = time.perf_counter()
print(
    json.dumps(
        {
            "version": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}",
            "fitMs": 1000 * fit,
            "fitCpuMs": 1000 * fit_cpu,
            "predictMs": 1000 * (before_probabilities - before_votes) / len(test),
            "probabilityMs": 1000 * (end - before_probabilities) / len(test),
            "accuracy": float(np.mean(predicted == test_labels)),
            "probabilityAccuracy": float(np.mean(probabilities.argmax(axis=1) == test_labels)),
            "logLoss": float(-np.mean(np.log(probabilities[np.arange(len(test)), test_labels]))),
        }
    )
)
