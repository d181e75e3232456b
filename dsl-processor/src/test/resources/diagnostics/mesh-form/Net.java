package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(mesh = {2}, memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Input(shape = "batch d")
    Tensor memory();

    @Repeat(value = "3", shared = true)
    @Use(Cell.class)
    Tensor body(@In(value = "x", to = "h") Tensor x, @In(value = "memory", to = "m") Tensor memory);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor body, @In(value = "x", to = "targets") Tensor t);
}

@Block
interface Cell {
    @Input(shape = "batch d")
    Tensor h();

    @Input(shape = "batch d")
    Tensor m();

    @Linear(out = "d")
    Tensor mixed(Tensor h);

    @Output(feeds = "h")
    @Add
    Tensor next(Tensor mixed, Tensor m);
}
