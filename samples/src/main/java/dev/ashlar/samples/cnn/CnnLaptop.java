package dev.ashlar.samples.cnn;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Train;

/** The residual network on one CPU. */
@Plan(device = "cpu", memory = "512MiB")
@Train(optimizer = Optimizer.SGD)
public interface CnnLaptop extends Cnn {}
