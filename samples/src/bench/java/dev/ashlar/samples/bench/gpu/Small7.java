package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT-2 small in 7 GiB beside what the device takes for itself. */
@Plan(
        device = "h100-sxm",
        memory = "7.9GiB")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface Small7 extends Transformer {}
