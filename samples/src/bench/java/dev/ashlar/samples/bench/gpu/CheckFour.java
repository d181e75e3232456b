package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;
import dev.ashlar.samples.gpt.Gpt;

/** The same on four, in so little memory that parameters and gradients lie in parts. */
@Plan(
        device = "h200-sxm",
        mesh = {4},
        memory = "3.1GiB",
        dims = "batch=32 seq=256 d=512 heads=8")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.FP32)
public interface CheckFour extends Gpt {}
