package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8 vocab=16")
@Plan(memory = "1GiB")
interface Net {
    @Input(shape = "batch", dtype = DType.INT64)
    Tensor ids();

    @Embedding(rows = "vocab", dim = "d")
    Tensor wte(Tensor ids);

    @Linear(out = "d")
    Tensor h(Tensor wte);

    @Tied("weight=wte.wieght")
    @Linear(out = "vocab", bias = false)
    Tensor logits(Tensor h);

    @Loss
    @CrossEntropy
    Tensor loss(Tensor logits, @In(value = "ids", to = "targets") Tensor t);
}
