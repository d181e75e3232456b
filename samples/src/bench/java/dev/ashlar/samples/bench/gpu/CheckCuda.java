package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;
import dev.ashlar.samples.gpt.Gpt;

/** The same on CUDA: the losses have to be equal. */
@Plan(device = "h100-sxm", memory = "2GiB")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.FP32)
public interface CheckCuda extends Gpt {}
