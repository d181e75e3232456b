package lib;

import dev.ashlar.dsl.*;

@Block
public interface Inner {
    @Input(shape = "batch d")
    Tensor x();

    @Relu
    @Gelu
    Tensor y();
}
