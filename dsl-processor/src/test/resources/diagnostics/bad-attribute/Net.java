package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Dropout(p = 1.5)
    Tensor dropped(Tensor x);

    @LayerNorm(eps = -1)
    Tensor norm(Tensor x);

    @Attention(heads = "3")
    Tensor attn(Tensor x);

    @Rearrange("b d -> b d d")
    Tensor twice(Tensor x);

    @Output
    @Add
    Tensor y(Tensor dropped, Tensor norm, Tensor attn, Tensor twice);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor y, @In(value = "x", to = "targets") Tensor t);
}
