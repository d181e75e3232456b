package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT-2 small in less memory than a batch as a whole needs: in micro-batches, whose number the planner chooses. */
@Plan(
        device = "h100-sxm",
        memory = "2.3GiB")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface SmallLeast extends Transformer {}
