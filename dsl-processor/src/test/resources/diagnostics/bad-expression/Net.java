package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "4*(d")
    Tensor a(Tensor x);

    @Linear(out = "d/3")
    Tensor b(Tensor x);

    @Linear(out = "d-8")
    Tensor c(Tensor x);

    @Linear(out = "4 d")
    Tensor e(Tensor x);

    @Linear(out = "")
    Tensor f(Tensor x);

    @Output
    @Add
    Tensor y(Tensor a, Tensor b, Tensor c, Tensor e, Tensor f);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor y, @In(value = "x", to = "targets") Tensor t);
}
