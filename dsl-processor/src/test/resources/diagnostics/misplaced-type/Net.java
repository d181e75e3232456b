package net;

import dev.ashlar.dsl.*;

@Model(dims = "batch=2 d=4")
final class Net {}

@Model
@Block
interface Both {}

@Plan(memory = "1GiB")
@Block
interface Planned {}

@Train
interface Nothing {}

interface Plain {
    @Gelu
    Tensor y(Tensor x);
}

@Model
interface WithPlain extends Plain {
    @Input(shape = "2 2")
    Tensor x();
}

@Model
interface ModelOfBlock extends Part {}

@Block
interface Part {
    @Input(shape = "batch d")
    Tensor x();
}

@Plan(memory = "1GiB")
abstract class Row implements Part {
    void run() {}
}
