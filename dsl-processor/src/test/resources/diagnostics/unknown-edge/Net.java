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
    Tensor hidden(Tensor x);

    @Relu
    Tensor act(Tensor hiden);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(value = "act", to = "x") Tensor act, @In(value = "wantet", to = "targets") Tensor w);
}
