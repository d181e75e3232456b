package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT-2 small with all memory of the device. */
@Plan(
        device = "h100-sxm",
        memory = "79GiB")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface SmallFree extends Transformer {}
