package net;

import dev.ashlar.dsl.*;

@Model(dims = "batch=2 d=4")
interface Net {
    @Output
    @Input(shape = "batch d")
    Tensor x();

    @Repeat("4")
    @Linear(out = "d")
    Tensor y(Tensor x);

    @Use(Part.class)
    Tensor z(Tensor y);

    @Loss
    @MeanSquaredError
    Tensor loss(Tensor z, Tensor x);
}

@Block
interface Part {
    @Input(shape = "batch d")
    Tensor x();

    @Loss
    @Gelu
    Tensor y(Tensor x);
}
