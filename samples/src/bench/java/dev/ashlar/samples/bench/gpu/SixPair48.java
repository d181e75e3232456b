package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT with 6.7 billion parameters on two devices, in 48 GiB of each beside what the device and NCCL take for themselves. */
@Plan(
        device = "h200-sxm",
        mesh = {2},
        memory = "50.34GiB",
        dims = "batch=8 seq=2048 d=4096 heads=32 layers=32 vocab=50304")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface SixPair48 extends Transformer {}
