package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;
import dev.ashlar.samples.gpt.Gpt;

/** GPT-2 small on two devices, asked for all its logits: an evaluation, which makes them all at once, needs more memory than training. */
@Plan(
        device = "h100-sxm",
        mesh = {2},
        memory = "3.75GiB",
        dims = "batch=16 seq=1024 d=768 heads=12 layers=12 vocab=50304")
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface LogitsPair extends Gpt {}
