"""Trains the benchmarks' transformers with PyTorch, in ways that people use, and prints a line of JSON for each.

    pytorch.py MODEL:WAY ...                                    on one device
    torchrun --nproc-per-node N pytorch.py MODEL:WAY ...        on several

MODEL is small, 1.3b or 6.7b: 16 x 1024, 8 x 1024 or 4 x 2048 tokens a device. WAY is eager; half or all (so many blocks are checkpointed);
compiled, or compiled=0.6 with an activation budget; ddp or fsdp (FSDP2), and fsdp-all with all blocks checkpointed. Pure bfloat16, fused
AdamW, random tokens; a step is timed from one wait for the device to the next.
"""
import gc
import json
import os
import sys
import time

import torch
import torch._functorch.config
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.distributed.fsdp import fully_shard
from torch.utils.checkpoint import checkpoint

VOCABULARY = 50304
WARM_UP = 2
STEPS = 8
MODELS = {
    "small": dict(layers=12, width=768, heads=12, rows=16, length=1024),
    "1.3b": dict(layers=24, width=2048, heads=16, rows=8, length=1024),
    "6.7b": dict(layers=32, width=4096, heads=32, rows=4, length=2048),
}
ranks = int(os.environ.get("WORLD_SIZE", 1))


class Block(nn.Module):
    """A decoder's block. One product makes queries, keys and values on one device; three do where parameters are gathered."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln1 = nn.LayerNorm(width)
        self.qkv = nn.ModuleList([nn.Linear(width, 3 * width)] if ranks == 1 else [nn.Linear(width, width) for _ in range(3)])
        self.out = nn.Linear(width, width)
        self.ln2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        y = self.ln1(x)
        parts = [part for linear in self.qkv for part in linear(y).split(x.shape[-1], dim=-1)]
        q, k, v = (part.view(*x.shape[:2], self.heads, -1).transpose(1, 2) for part in parts)
        attention = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(attention.transpose(1, 2).reshape(x.shape))
        return x + self.down(F.gelu(self.up(self.ln2(x)), approximate="tanh"))


class Transformer(nn.Module):
    def __init__(self, layers, width, heads, length, checkpointed):
        super().__init__()
        self.checkpointed = checkpointed
        self.wte = nn.Embedding(VOCABULARY, width)
        self.wpe = nn.Embedding(length, width)
        self.body = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, VOCABULARY, bias=False)

    def forward(self, tokens, targets):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1], device=tokens.device))
        for i, block in enumerate(self.body):
            x = checkpoint(block, x, use_reentrant=False) if i < self.checkpointed else block(x)
        return F.cross_entropy(self.head(self.norm(x)).float().view(-1, VOCABULARY), targets.view(-1))


def prepared(model, way):
    if way.startswith("compiled"):
        torch._functorch.config.activation_memory_budget = float(way.partition("=")[2] or 1.0)
        return torch.compile(model)
    if way == "ddp":
        return nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)
    if way.startswith("fsdp"):
        for block in model.body:
            fully_shard(block)
        fully_shard(model)
    return model


def row(name, way):
    torch.cuda.empty_cache()
    torch.manual_seed(0)
    torch._dynamo.reset()
    size = dict(MODELS[name])
    rows = size.pop("rows")
    checkpointed = size["layers"] if way.endswith("all") else size["layers"] // 2 if way == "half" else 0
    with torch.device("cuda"):
        model = Transformer(**size, checkpointed=checkpointed).bfloat16()
        tokens, targets = torch.randint(0, VOCABULARY, (2, rows, size["length"]))
    training = prepared(model, way)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)

    def step():
        training(tokens, targets).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    def wait():
        torch.cuda.synchronize()
        if ranks > 1:
            dist.barrier()

    start = time.perf_counter()
    for _ in range(WARM_UP):
        step()
    wait()
    warm_up = time.perf_counter() - start
    torch.cuda.reset_peak_memory_stats()
    seconds = []
    for _ in range(STEPS):
        wait()
        before = time.perf_counter()
        step()
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - before)
    seconds.sort()
    return dict(millis=round(seconds[STEPS // 2] * 1e3, 1), fastestMillis=round(seconds[0] * 1e3, 1),
                peakGib=round(torch.cuda.max_memory_allocated() / 2**30, 2), warmUpSeconds=round(warm_up, 1))


def main():
    if ranks > 1:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("nccl", device_id=torch.device("cuda", torch.cuda.current_device()))
    for argument in sys.argv[1:]:
        name, _, way = argument.partition(":")
        try:
            result = row(name, way)
        except torch.OutOfMemoryError:
            result = dict(outOfMemory=True)
        if ranks == 1 or dist.get_rank() == 0:
            print(json.dumps(dict(pytorch=torch.__version__, model=name, way=way, ranks=ranks) | result), flush=True)
        gc.collect()
    if ranks > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
