package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(
        memory = "1MiB",
        pins = {
            @Pin(at = "yy", strategy = "x[R]"),
            @Pin(at = "y", strategy = "x[R, R]"),
            @Pin(at = "y", strategy = "x[R] weigth[R]"),
            @Pin(at = "y", strategy = "x[S0]"),
            @Pin(at = "y", strategy = "x[R weight"),
            @Pin(at = "y")
        })
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "d")
    Tensor y(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor y, @In(value = "x", to = "targets") Tensor t);
}
