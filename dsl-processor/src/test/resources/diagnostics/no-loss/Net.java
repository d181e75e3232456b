package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Linear(out = "d")
    Tensor y(Tensor x);
}
