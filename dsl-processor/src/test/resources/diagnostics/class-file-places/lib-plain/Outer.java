package lib;

import dev.ashlar.dsl.*;

@Block
public interface Outer {
    @Input(shape = "batch d")
    Tensor arg();

    @Use(Inner.class)
    Tensor y();
}
