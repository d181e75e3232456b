package dev.ashlar.samples.gpt;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Train;

/** The transformer on two ranks, each with 32 MiB: as fast as they can train it together in that. */
@Plan(
        device = "cpu",
        mesh = {2},
        memory = "32MiB")
@Train(optimizer = Optimizer.ADAMW, clipping = true)
public interface GptPair extends Gpt {}
