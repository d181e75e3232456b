package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8 layers=3")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Repeat("layers")
    @Use(Two.class)
    Tensor two(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(value = "two", to = "x") Tensor n, @In(value = "x", to = "targets") Tensor t);
}

@Block
interface Two {
    @Input(shape = "batch d")
    Tensor start();

    @Output(feeds = "strat")
    @Relu
    Tensor a(Tensor start);
}
