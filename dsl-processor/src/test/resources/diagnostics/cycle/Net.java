package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Add
    Tensor a(Tensor x, Tensor c);

    @Relu
    Tensor b(Tensor a);

    @Linear(out = "d")
    Tensor c(Tensor b);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor c, @In(value = "x", to = "targets") Tensor t);
}
