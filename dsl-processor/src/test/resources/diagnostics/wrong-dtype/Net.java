package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Input(shape = "batch", dtype = DType.INT64)
    Tensor ids();

    @Embedding(rows = "10", dim = "d")
    Tensor wte(Tensor x);

    @Linear(out = "d")
    Tensor y(Tensor ids);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor wte, @In(value = "y", to = "targets") Tensor t);
}
