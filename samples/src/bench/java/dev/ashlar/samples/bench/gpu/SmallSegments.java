package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT-2 small in less memory than a batch as a whole needs where each layer stands for itself: backward runs three layers at a time again. */
@Plan(
        device = "h100-sxm",
        memory = "2.4GiB")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface SmallSegments extends Transformer {}
