"""Trains what BfloatLosses trained, from the same first values on the same batches, with PyTorch in several ways, and compares the losses.

    losses.py DIRECTORY

A run's distance is the largest relative difference, over all steps, of its loss and the mean of PyTorch's other runs; runs that lose the
same to the last bit count as one. The spread is the greatest distance of a run of PyTorch; each NAME.losses in the directory, a run of ours,
has to be no further away from all of PyTorch's.
"""
import glob
import itertools
import json
import os
import sys

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch.nn.attention import SDPBackend, sdpa_kernel

HEADS = 8
ROWS = 32
STEPS = 50
LEARNING_RATE = 1e-3

directory = sys.argv[1]
initial = load_file(os.path.join(directory, "initial.safetensors"))
batches = torch.from_numpy(numpy.fromfile(os.path.join(directory, "batches.bin"), dtype="<i8")).view(STEPS, ROWS, -1).cuda()
layers = 1 + max(int(name.split(".")[1]) for name in initial if name.startswith("body."))


def forward(p, tokens, targets, joined=False):
    def norm(name, x):
        return F.layer_norm(x, x.shape[-1:], p[name + ".weight"], p[name + ".bias"])

    def linear(name, x):
        return F.linear(x, p[name + ".weight"], p.get(name + ".bias"))

    def heads(x):
        return x.view(*x.shape[:2], HEADS, -1).transpose(1, 2)

    x = F.embedding(tokens, p["wte.weight"]) + p["embedded.weight"]
    for i in range(layers):
        b = f"body.{i}."
        y = norm(b + "ln1", x)
        if joined:
            weights, biases = (torch.cat([p[b + f"attn.{part}.{what}"] for part in "qkv"]) for what in ("weight", "bias"))
            q, k, v = (heads(part) for part in F.linear(y, weights, biases).chunk(3, dim=-1))
        else:
            q, k, v = (heads(linear(b + "attn." + part, y)) for part in "qkv")
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        x = x + linear(b + "attn.out", a)
        x = x + linear(b + "down", F.gelu(linear(b + "up", norm(b + "ln2", x)), approximate="tanh"))
    logits = linear("logits", norm("norm", x))
    return F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())


def run(kind):
    torch._dynamo.reset()
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = kind != "sums in 32 bits"
    p = {name: value.cuda().bfloat16().requires_grad_() for name, value in initial.items()}
    decayed = [value for value in p.values() if value.dim() > 1]
    others = [value for value in p.values() if value.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}], lr=0.0, fused=True
    )
    torch.backends.cuda.preferred_blas_library("cublaslt" if kind == "cublaslt" else "default")
    step = torch.compile(forward) if kind == "compiled" else forward
    kernels = {
        "flash": [SDPBackend.FLASH_ATTENTION],
        "cudnn": [SDPBackend.CUDNN_ATTENTION],
        "efficient": [SDPBackend.EFFICIENT_ATTENTION],
        "math": [SDPBackend.MATH],
    }.get(kind)
    losses = []
    for i in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (i + 1) / STEPS
        with sdpa_kernel(kernels) if kernels else torch.autograd.grad_mode.set_grad_enabled(True):
            loss = step(p, batches[i, :, :-1], batches[i, :, 1:], kind == "one product for q, k, v")
            loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.detach())
    return numpy.array([loss.item() for loss in losses])


def distance(losses, others):
    mean = numpy.mean(others, axis=0)
    return float(numpy.max(numpy.abs(losses - mean) / mean))


theirs = {}
for kind in ("eager", "eager again", "sums in 32 bits", "flash", "cudnn", "efficient", "math", "compiled", "cublaslt", "one product for q, k, v"):
    try:
        losses = run(kind)
        same = [name for name, other in theirs.items() if numpy.array_equal(losses, other)]
        if same:
            print(json.dumps({"pytorch": kind, "sameAs": same[0]}), flush=True)
        else:
            theirs[kind] = losses
            numpy.savetxt(os.path.join(directory, kind.replace(" ", "-") + ".pytorch"), losses)
    except RuntimeError as e:  # a kernel that this device does not have
        print(json.dumps({"pytorch": kind, "failed": str(e).splitlines()[0][:200]}), flush=True)
spread = 0.0
for kind, losses in theirs.items():
    away = distance(losses, [other for name, other in theirs.items() if name != kind])
    spread = max(spread, away)
    print(json.dumps({"pytorch": kind, "first": losses[0], "last": losses[-1], "distance": away}), flush=True)
pairs = [float(numpy.max(numpy.abs(a - b) / b)) for a, b in itertools.combinations(theirs.values(), 2)]
print(json.dumps({"check": "PyTorch against itself", "spread": spread, "widestPair": max(pairs)}))
for file in sorted(glob.glob(os.path.join(directory, "*.losses"))):
    ours = numpy.loadtxt(file)
    away = distance(ours, list(theirs.values()))
    nearest = min(float(numpy.max(numpy.abs(ours - other) / other)) for other in theirs.values())
    print(
        json.dumps(
            {
                "ours": os.path.basename(file)[: -len(".losses")],
                "first": ours[0],
                "last": ours[-1],
                "distance": away,
                "nearestRun": nearest,
                "within": away <= spread,
            }
        )
    )
