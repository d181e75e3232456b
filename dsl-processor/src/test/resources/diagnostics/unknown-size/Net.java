package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 heads=2 d=8")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "head*d")
    Tensor a(Tensor x);

    @Linear(out = "d")
    Tensor b(Tensor a);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor b, @In(value = "x", to = "targets") Tensor t);
}
