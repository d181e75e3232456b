package net;

import dev.ashlar.dsl.*;

@Model
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    Tensor act(Tensor x);

    @Linear(out = "4")
    @Gelu
    Tensor y(Tensor x);
}
