package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=16 heads=3")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Conv2d(out = "d", kernel = 3)
    Tensor conv(Tensor x);

    @Rearrange(value = "b (h e) -> b h e", sizes = "h=heads")
    Tensor heads(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor conv, @In(value = "heads", to = "targets") Tensor t);
}
