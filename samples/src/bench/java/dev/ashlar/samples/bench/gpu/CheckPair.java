package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;
import dev.ashlar.samples.gpt.Gpt;

/** The same on two. */
@Plan(
        device = "h200-sxm",
        mesh = {2},
        memory = "8GiB",
        dims = "batch=32 seq=256 d=512 heads=8")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.FP32)
public interface CheckPair extends Gpt {}
