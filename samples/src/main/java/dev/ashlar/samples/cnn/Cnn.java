package dev.ashlar.samples.cnn;

import dev.ashlar.dsl.BatchNorm2d;
import dev.ashlar.dsl.Conv2d;
import dev.ashlar.dsl.CrossEntropy;
import dev.ashlar.dsl.DType;
import dev.ashlar.dsl.GlobalAvgPool2d;
import dev.ashlar.dsl.Input;
import dev.ashlar.dsl.Linear;
import dev.ashlar.dsl.Loss;
import dev.ashlar.dsl.MaxPool2d;
import dev.ashlar.dsl.Model;
import dev.ashlar.dsl.Output;
import dev.ashlar.dsl.Relu;
import dev.ashlar.dsl.Tensor;
import dev.ashlar.dsl.Use;

/** A small residual network that reads digits. */
@Model(dims = "batch=64 side=20 c=16 classes=10")
public interface Cnn {
    @Input(shape = "batch 1 side side")
    Tensor images();

    @Input(shape = "batch", dtype = DType.INT64)
    Tensor targets();

    @Conv2d(out = "c", kernel = 3, padding = 1, bias = false)
    Tensor stem(Tensor images);

    @BatchNorm2d
    Tensor stemNorm(Tensor stem);

    @Relu
    Tensor stemAct(Tensor stemNorm);

    @Use(ResidualBlock.class)
    Tensor fine(Tensor stemAct);

    @MaxPool2d(kernel = 2)
    Tensor pooled(Tensor fine);

    @Conv2d(out = "2*c", kernel = 3, padding = 1)
    Tensor widened(Tensor pooled);

    @Use(ResidualBlock.class)
    Tensor coarse(Tensor widened);

    @GlobalAvgPool2d
    Tensor features(Tensor coarse);

    @Output
    @Linear(out = "classes")
    Tensor logits(Tensor features);

    @Loss
    @CrossEntropy
    Tensor loss(Tensor logits, Tensor targets);
}
