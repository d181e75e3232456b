package net;

import dev.ashlar.dsl.*;

interface Plain {}

@Model
interface Other {}

@Model
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Use(Plain.class)
    Tensor y(Tensor x);

    @Use(Other.class)
    Tensor z(Tensor y);
}
