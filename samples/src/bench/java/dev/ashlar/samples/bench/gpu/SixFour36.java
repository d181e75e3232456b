package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT with 6.7 billion parameters on four devices, in 36 GiB of each beside what the device and NCCL take for themselves. */
@Plan(
        device = "h200-sxm",
        mesh = {4},
        memory = "39.24GiB",
        dims = "batch=16 seq=2048 d=4096 heads=32 layers=32 vocab=50304")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface SixFour36 extends Transformer {}
