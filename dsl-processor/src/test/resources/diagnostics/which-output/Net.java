package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Use(Two.class)
    Tensor two(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(value = "two", to = "x") Tensor n, @In(value = "two.skp", to = "targets") Tensor t);
}

@Block
interface Two {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Relu
    Tensor y(Tensor x);

    @Output
    @Tanh
    Tensor skip(Tensor x);
}
