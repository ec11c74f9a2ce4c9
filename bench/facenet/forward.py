"""
The PyTorch side of forward.ts: the same network on the same weights. Reads one word a line (eager, script)
from standard input, runs the batch once, and answers with the milliseconds it took by
the clock and of processor time; `check` answers with the
first embedding of unit length.
"""
import importlib.util
import json
import os
import sys
import time

import numpy as np
import torch

goldens, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
spec = importlib.util.spec_from_file_location("inception", os.path.join(goldens, "inception.py"))
inception = importlib.util.module_from_spec(spec)
spec.loader.exec_module(inception)

pictures = inception.prewhiten(np.stack([inception.picture(i) for i in range(batch)]))
x = torch.from_numpy(pictures.astype(np.float32)).permute(0, 3, 1, 2).contiguous()
with torch.no_grad():
    model = inception.InceptionResnetV1(128).float().eval()
    script = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))
    ways = {"eager": model, "script": script}
    for way in ways.values():
        for _ in range(3):
            way(x)
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        word = line.strip()
        if word == "check":
            row = model(x)[0].numpy()
            print(json.dumps((row / np.linalg.norm(row)).tolist()), flush=True)
            continue
        start, worked = time.perf_counter(), time.process_time()
        ways[word](x)
        elapsed = {"wall": time.perf_counter() - start, "cpu": time.process_time() - worked}
        print(json.dumps({name: 1000 * seconds for name, seconds in elapsed.items()}), flush=True)
