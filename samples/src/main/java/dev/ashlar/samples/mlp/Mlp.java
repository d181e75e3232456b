package dev.ashlar.samples.mlp;

import dev.ashlar.dsl.CrossEntropy;
import dev.ashlar.dsl.DType;
import dev.ashlar.dsl.Input;
import dev.ashlar.dsl.Linear;
import dev.ashlar.dsl.Loss;
import dev.ashlar.dsl.Model;
import dev.ashlar.dsl.Output;
import dev.ashlar.dsl.Relu;
import dev.ashlar.dsl.Repeat;
import dev.ashlar.dsl.Tensor;
import dev.ashlar.dsl.Use;

/** A multi-layer perceptron that classifies rows of a table. */
@Model(dims = "batch=64 features=2 d=64 layers=2 classes=3")
public interface Mlp {
    @Input(shape = "batch features")
    Tensor x();

    @Input(shape = "batch", dtype = DType.INT64)
    Tensor targets();

    @Linear(out = "d")
    Tensor first(Tensor x);

    @Relu
    Tensor start(Tensor first);

    @Repeat("layers")
    @Use(MlpLayer.class)
    Tensor hidden(Tensor start);

    @Output
    @Linear(out = "classes")
    Tensor logits(Tensor hidden);

    @Loss
    @CrossEntropy
    Tensor loss(Tensor logits, Tensor targets);
}
