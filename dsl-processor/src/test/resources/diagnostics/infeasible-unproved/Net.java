package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=64 d=16 layers=20")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Repeat("layers")
    @Use(Layer.class)
    Tensor body(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor body, @In(value = "x", to = "targets") Tensor t);
}

@Block
interface Layer {
    @Input(shape = "batch d")
    Tensor x();

    @LayerNorm
    Tensor norm(Tensor x);

    @Linear(out = "4*d")
    Tensor up(Tensor norm);

    @Gelu
    Tensor act(Tensor up);

    @Linear(out = "d")
    Tensor down(Tensor act);

    @Output
    @Add
    Tensor y(Tensor x, Tensor down);
}

@Plan(device = "cpu", memory = "64B")
interface Below extends Net {}

@Plan(device = "cpu", memory = "658700B")
interface Between extends Net {}
