package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1MiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Pin(saved = Saved.RECOMPUTE)
    @Linear(out = "d")
    Tensor up(Tensor x);

    @Pin(strategy = "x[P]")
    @Gelu
    Tensor act(Tensor up);

    @Pin(saved = Saved.KEEP)
    @Linear(out = "d")
    Tensor y(Tensor act);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor y, @In(value = "x", to = "targets") Tensor t);
}
