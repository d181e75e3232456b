package dev.ashlar.samples.mlp;

import dev.ashlar.dsl.Add;
import dev.ashlar.dsl.Block;
import dev.ashlar.dsl.Input;
import dev.ashlar.dsl.Linear;
import dev.ashlar.dsl.Output;
import dev.ashlar.dsl.Relu;
import dev.ashlar.dsl.Tensor;

/** A hidden layer with a residual connection. */
@Block
public interface MlpLayer {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "d")
    Tensor linear(Tensor x);

    @Relu
    Tensor act(Tensor linear);

    @Output
    @Add
    Tensor y(Tensor x, Tensor act);
}
