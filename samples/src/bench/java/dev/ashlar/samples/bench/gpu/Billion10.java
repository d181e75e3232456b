package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT with 1.3 billion parameters in less memory than it needs where each layer stands for itself: backward runs five layers at a time again. */
@Plan(
        device = "h100-sxm",
        memory = "9.9GiB",
        dims = "batch=8 seq=1024 d=2048 heads=16 layers=24 vocab=50304")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface Billion10 extends Transformer {}
