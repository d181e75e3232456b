package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(mesh = {2}, memory = "1GiB", pins =
    @Pin(at = "up", strategy = "x[R] weight[S0] -> y[S0]"))
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
