package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(mode = Mode.EVALUATE, mesh = {2}, memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "4*d")
    Tensor up(Tensor x);

    @Linear(out = "d")
    Tensor y(Tensor up);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor y, @In(value = "x", to = "targets") Tensor t);
}
