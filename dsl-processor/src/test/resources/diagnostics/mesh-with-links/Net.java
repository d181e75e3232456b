package demo;

import dev.ashlar.dsl.*;

@Model(dims = "batch=4 d=8")
@Plan(device = "h100-sxm", mesh = {2, 1, 1, 8}, links = {"ib-400g", "ib-400g", "pcie5", "nvlink4"}, memory = "1GiB")
interface Net {
    @Input(shape = "batch d")
    Tensor x();

    @Linear(out = "d")
    Tensor y(Tensor x);

    @Loss
    @MeanSquaredError
    Tensor loss(@In(to = "x") Tensor y, @In(value = "x", to = "targets") Tensor t);
}
