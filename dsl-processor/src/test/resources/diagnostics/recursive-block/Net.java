package net;

import dev.ashlar.dsl.*;

@Block
interface A {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Use(B.class)
    Tensor y(Tensor x);
}

@Block
interface B {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Use(A.class)
    Tensor y(Tensor x);
}

@Model
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Loss
    @Use(A.class)
    Tensor y(Tensor x);
}

@Block
interface Itself {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Use(Itself.class)
    Tensor y(Tensor x);
}
