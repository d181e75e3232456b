package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT with 1.3 billion parameters on one sequence of 32768 tokens, on four devices. */
@Plan(
        device = "h200-sxm",
        mesh = {4},
        memory = "60GiB",
        dims = "batch=1 seq=32768 d=2048 heads=16 layers=24 vocab=50304")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface LongFour extends Transformer {}
