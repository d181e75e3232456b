package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Input(shape = "batch d")
    Tensor wanted();

    @Linear(out = "d")
    Tensor y(@In(value = "x", to = "input") Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(Tensor x, Tensor wanted);
}
