package dev.ashlar.samples.mlp;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Train;

/** The perceptron on one CPU. */
@Plan(device = "cpu", memory = "64MiB")
@Train(optimizer = Optimizer.ADAMW, clipping = true)
public interface MlpLaptop extends Mlp {}
