package net;

import dev.ashlar.dsl.*;

@Model(dims = "batch=2 d=4")
interface Net extends Missing {
    @Input(shape = "batch d")
    Tensor x();
}

@Model
interface Other {
    @Input(shape = "batch d")
    Tensor x();

    @Use(Absent.class)
    Tensor y(Tensor x);
}
