package lib;

import dev.ashlar.dsl.*;

@Block
public interface Part {
    @Input(shape = "batch d")
    Tensor x();

    @Gelu
    Tensor y(Tensor x);

    @Output
    @Add
    Tensor z(Tensor x, Tensor y);
}
