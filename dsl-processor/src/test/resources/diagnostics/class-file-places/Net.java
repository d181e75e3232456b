package net;

import dev.ashlar.dsl.*;

@Model(dims = "batch=2 d=4")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Use(lib.Outer.class)
    Tensor y(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(Tensor y, Tensor x);
}

@Plan(memory = "1GiB")
interface Laptop extends Net {}
