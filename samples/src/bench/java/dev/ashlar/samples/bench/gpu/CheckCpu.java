package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;
import dev.ashlar.samples.gpt.Gpt;

/** A small transformer in 32 bits on the CPU. */
@Plan(device = "cpu", memory = "2GiB")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.FP32)
public interface CheckCpu extends Gpt {}
