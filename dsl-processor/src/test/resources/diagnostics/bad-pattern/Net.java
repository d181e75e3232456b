package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1GiB")
@Train(trainable = {"head.**", "boddy.**"})
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "d")
    Tensor body(Tensor x);

    @Linear(out = "d")
    Tensor head(Tensor body);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor head, @In(value = "x", to = "targets") Tensor t);
}
