package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;
import dev.ashlar.samples.gpt.Gpt;

/** The same in four micro-batches: the losses have to be equal. */
@Plan(
        device = "h100-sxm",
        memory = "8GiB",
        microBatches = 4,
        dims = "batch=32 seq=256 d=512 heads=8")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.FP32)
public interface CheckParts extends Gpt {}
