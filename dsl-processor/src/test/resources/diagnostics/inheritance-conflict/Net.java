package net;

import dev.ashlar.dsl.*;

@Block
interface Left {
    @Input(shape = "batch d")
    Tensor x();

    @Gelu
    Tensor y(Tensor x);
}

@Block
interface Right {
    @Relu
    Tensor y(Tensor x);
}

@Block
interface Both extends Left, Right {}

@Block
interface Settled extends Left, Right {
    @Silu
    Tensor y(Tensor x);
}
