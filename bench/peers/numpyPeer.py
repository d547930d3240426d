"""NumPy's side of the bench; serve.ts has the same protocol. The number of threads is OPENBLAS_NUM_THREADS."""

import json
import math
import os
import sys
import time

import numpy as np

WARM_SECONDS = 0.4
SAMPLE_SECONDS = 0.1
EPSILON = 1e-5


def signal(count, seed, scale=1):
    with np.errstate(over="ignore"):
        bits = (np.arange(count, dtype=np.uint32) + np.uint32(977 * seed)) * np.uint32(2654435761)
    return (scale * ((bits >> np.uint32(8)) / 2**23 - 1)).astype(np.float32)


def prepare(problem):
    """A function that does the operation once and returns its result; outputs are made once where NumPy lets them."""
    operation, rows, columns, inner = (problem[key] for key in ("operation", "rows", "columns", "inner"))
    scale = 1 if operation in ("matmul", "rfft") else 4
    x = signal(rows * (inner or columns), 1, scale).reshape(rows, inner or columns)
    y = np.empty((rows, columns), np.float32)
    if operation == "matmul":
        b = signal(inner * columns, 2).reshape(inner, columns)
        return lambda: np.matmul(x, b, out=y)
    if operation == "multiplyAdd":
        return lambda: np.add(np.multiply(x, 2, out=y), 1, out=y)
    if operation == "exp":
        return lambda: np.exp(x, out=y)
    if operation == "gelu":
        return lambda: gelu(x, y)
    if operation == "softmax":
        return lambda: softmax(x, y)
    if operation == "layerNorm":
        weight, bias = signal(columns, 3), signal(columns, 4)
        return lambda: layer_norm(x, weight, bias, y)
    if operation == "rfft":
        return lambda: np.fft.rfft(x)
    if operation == "copy":
        return lambda: copy(x, y)
    return None


def gelu(x, y):
    np.multiply(x, x, out=y)
    y *= 0.044715
    y += 1
    y *= x
    y *= math.sqrt(2 / math.pi)
    np.tanh(y, out=y)
    y += 1
    y *= x
    y *= 0.5
    return y


def softmax(x, y):
    np.subtract(x, x.max(axis=1, keepdims=True), out=y)
    np.exp(y, out=y)
    y /= y.sum(axis=1, keepdims=True)
    return y


def layer_norm(x, weight, bias, y):
    np.subtract(x, x.mean(axis=1, keepdims=True), out=y)
    variance = np.einsum("ij,ij->i", y, y)[:, None] / x.shape[1]
    y *= 1 / np.sqrt(variance + EPSILON)
    y *= weight
    y += bias
    return y


def copy(x, y):
    np.copyto(y, x)
    return y


def last_row(result):
    row = result[-1]
    if np.iscomplexobj(row):
        row = row.view(row.real.dtype)
    return [float(value) for value in row[-4096:]]


def timed(run, runs):
    processor, start = time.process_time(), time.perf_counter()
    for _ in range(runs):
        run()
    seconds = (time.perf_counter() - start) / runs
    return {"seconds": seconds, "processorSeconds": (time.process_time() - processor) / runs}


def warm_up(run):
    end = time.perf_counter() + WARM_SECONDS
    sample = timed(run, 1)
    while time.perf_counter() < end:
        sample = timed(run, 1)
    return sample["seconds"]


def reply(message):
    print("@" + json.dumps(message), flush=True)


def main():
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "all")
    reply({"title": f"NumPy {np.__version__}, {threads} thread{'' if threads == '1' else 's'} of BLAS"})
    run, runs = None, 1
    for line in sys.stdin:
        request = json.loads(line)
        if "sample" in request:
            reply(timed(run, runs))
            continue
        run = prepare(request["prepare"]) if "prepare" in request else None
        if run is None:
            reply({})
            continue
        seconds = warm_up(run)
        runs = max(1, math.ceil(SAMPLE_SECONDS / seconds))
        reply({"lastRow": last_row(run()), "seconds": seconds})


main()
