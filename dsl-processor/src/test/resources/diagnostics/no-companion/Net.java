package net;

import dev.ashlar.dsl.*;

@Model(dims = "batch=2 d=4")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Use(lib.Part.class)
    Tensor y(Tensor x);

    @Use(lib.Part.class)
    Tensor z(Tensor y);

    @Loss
    @MeanSquaredError
    Tensor loss(Tensor z, Tensor x);
}
