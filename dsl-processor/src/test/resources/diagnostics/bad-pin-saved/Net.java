package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1MiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "d")
    Tensor up(Tensor x);

    @Linear(out = "d")
    Tensor mid(Tensor up);

    @Add
    Tensor y(Tensor up, Tensor mid);

    @Gelu
    Tensor z(Tensor y);

    @Pin(saved = Saved.RECOMPUTE)
    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor z, @In(value = "x", to = "targets") Tensor t);
}
