package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=16")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Use(value = Part.class, dims = "d=32")
    Tensor part(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor part, @In(value = "x", to = "targets") Tensor t);
}

@Block
interface Part {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Relu
    Tensor y(Tensor x);
}
