package dev.ashlar.samples.gpt;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Train;

/** The transformer on one CPU. */
@Plan(device = "cpu", memory = "1GiB")
@Train(optimizer = Optimizer.ADAMW, clipping = true)
public interface GptLaptop extends Gpt {}
