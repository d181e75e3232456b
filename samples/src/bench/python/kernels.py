"""Where the last training steps of a process went, from the kernels that cupti/kernels.c has written.

    kernels.py FILE

A step ends with the last of its AdamW kernels. Prints milliseconds a step: its length, computation, collectives with nothing beside them, idle
time, and the sum of each class of kernels.
"""
import collections
import sys

STEPS = 5
GAP_NANOS = 3_000_000  # between the optimizers of two steps

CLASSES = (
    ("collectives", ("nccl",)),
    ("AdamW", ("adam", "update")),
    ("attention", ("flash", "fmha", "sdpa", "attention", "cudnn")),
    ("products", ("gemm", "cutlass", "nvjet", "xmma", "splitk", "cublas")),
    ("GELU", ("gelu",)),
    ("gradients of bias", ("partial", "collect")),
    ("loss", ("log_soft", "gradient", "log_sum", "subtract", "softmax")),
    ("embedding", ("embedding", "gather", "krn_", "sort", "radix")),
    ("additions", ("functor_add", "functoradd")),
    ("copies and fills", ("memcpy", "memset", "copy", "fill")),
    ("layer norm", ("forward", "backward", "layer_norm")),
)


def kind(name):
    lower = name.lower()
    return next((kind for kind, parts in CLASSES if any(part in lower for part in parts)), "other")


def kernels(path):
    with open(path) as file:
        for line in file:
            parts = line.rstrip("\n").split(" ", 3)
            if len(parts) == 4 and parts[0].isdigit() and parts[1].isdigit():
                yield int(parts[0]), int(parts[1]), kind(parts[3])


rows = sorted(kernels(sys.argv[1]))
updates = [i for i, row in enumerate(rows) if row[2] == "AdamW"]
last = [i for i, j in zip(updates, updates[1:]) if rows[j][0] - rows[i][1] > GAP_NANOS] + updates[-1:]
last = last[-STEPS - 1 :]
if len(last) < 2:
    sys.exit(f"{len(rows)} kernels, but no two ends of a step")
sums = collections.Counter()
length = computation = waited = 0
for begin, end in zip(last, last[1:]):
    start, stop = rows[begin][1], rows[end][1]
    events = []
    for first, done, what in rows[begin + 1 : end + 1]:
        sums[what] += done - first
        exchange = what == "collectives"
        events += [(first, exchange, 1), (min(done, stop), exchange, -1)]
    running = [0, 0]
    before = start
    for time, exchange, change in sorted(events):
        if running[False]:
            computation += time - before
        elif running[True]:
            waited += time - before
        running[exchange] += change
        before = time
    length += stop - start
steps = len(last) - 1
millis = {"step": length, "computation": computation, "collectives alone": waited, "idle": length - computation - waited, **dict(sums.most_common())}
print(f"{steps} steps; " + ", ".join(f"{name} {nanos / steps / 1e6:.2f}" for name, nanos in millis.items()))
