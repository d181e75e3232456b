package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Pin;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** {@link BillionFourData} in the memory of {@link BillionFour}: parameters, gradients and states lie in parts (ZeRO-3). */
@Plan(
        device = "h200-sxm",
        mesh = {4},
        memory = "17.24GiB",
        dims = "batch=32 seq=1024 d=2048 heads=16 layers=24 vocab=50304",
        pins = {
            @Pin(at = "wte", strategy = "x[S0] weight[R]"),
            @Pin(at = "embedded", strategy = "x[S0]"),
            @Pin(at = "body[*].ln1", strategy = "x[S0]"),
            @Pin(at = "body[*].attn.q", strategy = "x[S0] weight[R]"),
            @Pin(at = "body[*].attn.k", strategy = "x[S0] weight[R]"),
            @Pin(at = "body[*].attn.v", strategy = "x[S0] weight[R]"),
            @Pin(at = "body[*].attn.out", strategy = "x[S0] weight[R]"),
            @Pin(at = "body[*].attn.heads", strategy = "q[S0]"),
            @Pin(at = "body[*].mid", strategy = "x0[S0]"),
            @Pin(at = "body[*].ln2", strategy = "x[S0]"),
            @Pin(at = "body[*].up", strategy = "x[S0] weight[R]"),
            @Pin(at = "body[*].act", strategy = "x[S0]"),
            @Pin(at = "body[*].down", strategy = "x[S0] weight[R]"),
            @Pin(at = "body[*].y", strategy = "x0[S0]"),
            @Pin(at = "norm", strategy = "x[S0]"),
            @Pin(at = "logits", strategy = "x[S0] weight[R]"),
            @Pin(at = "loss", strategy = "logits[S0]")
        })
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface BillionFourZero extends Transformer {}
