package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 seq=8 d=16")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch seq d")
    Tensor x();

    @Use(Half.class)
    Tensor half(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor half, @In(value = "x", to = "targets") Tensor t);
}

@Block
interface Half {
    @Input(shape = "batch seq d")
    Tensor x();

    @Linear(out = "24")
    Tensor wide(Tensor x);

    @Output
    @Add
    Tensor mid(Tensor x, Tensor wide);
}
