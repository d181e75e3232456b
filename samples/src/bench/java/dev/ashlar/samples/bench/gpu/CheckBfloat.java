package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;
import dev.ashlar.samples.gpt.Gpt;

/** A transformer in bfloat16 on one CUDA device. */
@Plan(device = "h100-sxm", memory = "8GiB", dims = "batch=32 seq=256 d=512 heads=8 vocab=4096")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface CheckBfloat extends Gpt {}
