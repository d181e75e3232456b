package net;

import dev.ashlar.dsl.*;

@Model(dims = "batch=2 d=4")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "d")
    Tensor y(Tensor x);

    @Add
    Tensor y(Tensor x, Tensor other);

    @Loss
    @MeanSquaredError
    Tensor loss(Tensor y, Tensor x);
}
