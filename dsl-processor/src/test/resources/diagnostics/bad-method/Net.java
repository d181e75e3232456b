package net;

import dev.ashlar.dsl.*;

@Model
interface Net {
    @Input(shape = "batch d")
    Tensor x(Tensor of);

    @Gelu
    default Tensor a(Tensor x) {
        return x;
    }

    @Gelu
    static Tensor b(Tensor x) {
        return x;
    }

    @Gelu
    int c(Tensor x);

    @Gelu
    Tensor d(int x);

    @Gelu
    <T> Tensor e(Tensor x);

    @Add
    Tensor f(Tensor... all);
}

@Block
interface Generic<T> {}
