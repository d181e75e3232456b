package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8 layers=3")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Repeat("layers")
    @Use(Grow.class)
    Tensor grow(Tensor x);

    @Repeat("layers")
    @Use(Two.class)
    Tensor two(Tensor x);

    @Repeat("layers - 3")
    @Use(Same.class)
    Tensor none(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(value = "none", to = "x") Tensor n, @In(value = "none", to = "targets") Tensor t);

    @Loss
    @MeanSquaredError
    Tensor second(@In(value = "two.a", to = "x") Tensor n, @In(value = "two.b", to = "targets") Tensor t);

    @Loss
    @MeanSquaredError
    Tensor third(@In(value = "grow", to = "x") Tensor n, @In(value = "grow", to = "targets") Tensor t);
}

@Block
interface Grow {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Linear(out = "2*d")
    Tensor y(Tensor x);
}

@Block
interface Two {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Relu
    Tensor a(Tensor x);

    @Output
    @Tanh
    Tensor b(Tensor x);
}

@Block
interface Same {
    @Input(shape = "batch d")
    Tensor x();

    @Output
    @Relu
    Tensor y(Tensor x);
}
