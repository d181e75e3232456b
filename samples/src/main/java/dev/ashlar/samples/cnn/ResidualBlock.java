package dev.ashlar.samples.cnn;

import dev.ashlar.dsl.Add;
import dev.ashlar.dsl.BatchNorm2d;
import dev.ashlar.dsl.Block;
import dev.ashlar.dsl.Conv2d;
import dev.ashlar.dsl.Input;
import dev.ashlar.dsl.Output;
import dev.ashlar.dsl.Relu;
import dev.ashlar.dsl.Tensor;

/** Two convolutions beside an identity (He et al., 2016). */
@Block
public interface ResidualBlock {
    @Input(shape = "batch c h w")
    Tensor x();

    @Conv2d(out = "c", kernel = 3, padding = 1, bias = false)
    Tensor conv1(Tensor x);

    @BatchNorm2d
    Tensor norm1(Tensor conv1);

    @Relu
    Tensor act1(Tensor norm1);

    @Conv2d(out = "c", kernel = 3, padding = 1, bias = false)
    Tensor conv2(Tensor act1);

    @BatchNorm2d
    Tensor norm2(Tensor conv2);

    @Add
    Tensor sum(Tensor x, Tensor norm2);

    @Output
    @Relu
    Tensor y(Tensor sum);
}
