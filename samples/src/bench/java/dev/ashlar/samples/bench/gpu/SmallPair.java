package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** GPT-2 small on two devices, twice as many sequences as on one. */
@Plan(
        device = "h200-sxm",
        mesh = {2},
        memory = "79GiB",
        dims = "batch=32")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface SmallPair extends Transformer {}
