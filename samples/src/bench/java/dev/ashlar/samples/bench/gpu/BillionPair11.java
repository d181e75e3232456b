package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT with 1.3 billion parameters on two devices, in 11 GiB of each beside what the device and NCCL take for themselves. */
@Plan(
        device = "h200-sxm",
        mesh = {2},
        memory = "13.34GiB",
        dims = "batch=16 seq=1024 d=2048 heads=16 layers=24 vocab=50304")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface BillionPair11 extends Transformer {}
