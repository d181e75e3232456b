package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=ff/4 ff=4*d")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor x, @In(value = "x", to = "targets") Tensor t);
}
