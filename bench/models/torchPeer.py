"""PyTorch's side of bench:models; ../peers/serve.ts has the same protocol. The number of threads is OMP_NUM_THREADS."""

import json
import math
import resource
import sys
import time
import traceback

import numpy as np
import torch

from bsastTorch import Block, Bsast, separation_loss

WARM_SECONDS = 0.4


def signal(count, seed, scale=1.0):
    with np.errstate(over="ignore"):
        bits = (np.arange(count, dtype=np.uint32) + np.uint32(977 * seed)) * np.uint32(2654435761)
    return (scale * ((bits >> np.uint32(8)) / 2**23 - 1)).astype(np.float32)


def made(shape, seed, scale=1.0):
    return torch.from_numpy(signal(math.prod(shape), seed, scale)).reshape(shape)


def set_weights(model):
    with torch.no_grad():
        for place, (name, parameter) in enumerate(sorted(model.state_dict().items())):
            scale = 0.1 if parameter.ndim < 2 else parameter.shape[-1] ** -0.5
            values = made(tuple(parameter.shape), place + 1, scale)
            parameter.copy_(1 + values if name.endswith("norm.weight") else values)


def last_of(x):
    return [float(value) for value in x.detach().flatten()[-4096:]]


def block_work(problem):
    config, frames = problem["config"], 1 + problem["samples"] // problem["config"]["hopLength"]
    block = Block(config)
    set_weights(block)
    x = made((problem["batch"], config["channels"], frames, len(config["bands"]), config["dim"]), 1004)

    def forward():
        with torch.no_grad():
            return block(x)

    def backward():
        x.requires_grad_()
        x.grad = None
        block.zero_grad()
        block(x).sum().backward()
        return x.grad

    run = forward if problem["part"] == "block forward" else backward
    return run, lambda: last_of(run())


def model_work(problem):
    config, batch, samples = problem["config"], problem["batch"], problem["samples"]
    model = Bsast(config)
    set_weights(model)
    mixture = made((batch, config["channels"], samples), 1001, 0.1)
    target = made((batch, samples), 1002, 0.1)
    query = made((batch, config["embedding"]), 1003)

    def forward():
        with torch.no_grad():
            return model(mixture, query)

    if problem["part"] == "forward":
        return forward, lambda: last_of(forward())
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)

    def gradients():
        optimizer.zero_grad()
        loss = separation_loss(model(mixture, query), target)
        loss.backward()
        return loss

    def step():
        gradients()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()

    if problem["part"] == "training step":
        # Before any step has changed the weights.
        with torch.no_grad():
            loss = float(separation_loss(forward(), target))
        return step, lambda: [loss]

    def row():
        values = last_of(forward()) + [float(gradients())]
        return values + [float(p.grad.double().norm()) for _, p in sorted(model.named_parameters())]

    return forward, row


def timed(run):
    processor, start = time.process_time(), time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "processorSeconds": time.process_time() - processor, "residentBytes": peak}


def warm_up(run):
    end = time.perf_counter() + WARM_SECONDS
    sample = timed(run)
    while time.perf_counter() < end:
        sample = timed(run)
    return sample["seconds"]


def reply(message):
    print("@" + json.dumps(message), flush=True)


def main():
    reply({"title": f"PyTorch {torch.__version__} eager, {torch.get_num_threads()} threads"})
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "sample" in request:
                reply(timed(run))
            elif "prepare" in request:
                problem = request["prepare"]
                run, row = (block_work if problem["part"].startswith("block") else model_work)(problem)
                reply({"lastRow": row(), "seconds": warm_up(run)})
            else:
                reply({})
        except Exception:
            reply({"error": traceback.format_exc()})


main()
