package lib;

import dev.ashlar.dsl.*;

@Model(dims = "batch=2 d=4")
public interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Loss
    @MeanSquaredError
    Tensor loss(Tensor x, @In(value = "x", to = "targets") Tensor t);
}
