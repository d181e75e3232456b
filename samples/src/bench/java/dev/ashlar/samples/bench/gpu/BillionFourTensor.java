package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Pin;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** Tensor and sequence parallelism with a loss cut by the vocabulary, written by hand, of what {@link BillionFour} leaves to the planner. */
@Plan(
        device = "h200-sxm",
        mesh = {4},
        memory = "79GiB",
        dims = "batch=32 seq=1024 d=2048 heads=16 layers=24 vocab=50304",
        pins = {
            @Pin(at = "body[*].ln1", strategy = "x[S1]"),
            @Pin(at = "body[*].attn.q", strategy = "x[R] weight[S0] -> y[S2]"),
            @Pin(at = "body[*].attn.k", strategy = "x[R] weight[S0] -> y[S2]"),
            @Pin(at = "body[*].attn.v", strategy = "x[R] weight[S0] -> y[S2]"),
            @Pin(at = "body[*].attn.heads", strategy = "q[S1]"),
            @Pin(at = "body[*].attn.out", strategy = "x[S2] weight[S1] -> y[P]"),
            @Pin(at = "body[*].mid", strategy = "x0[S1]"),
            @Pin(at = "body[*].ln2", strategy = "x[S1]"),
            @Pin(at = "body[*].up", strategy = "x[R] weight[S0] -> y[S2]"),
            @Pin(at = "body[*].act", strategy = "x[S2]"),
            @Pin(at = "body[*].down", strategy = "x[S2] weight[S1] -> y[P]"),
            @Pin(at = "body[*].y", strategy = "x0[S1]"),
            @Pin(at = "norm", strategy = "x[S1]"),
            @Pin(at = "logits", strategy = "x[R] weight[S0] -> y[S2]"),
            @Pin(at = "loss", strategy = "logits[S2]")
        })
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface BillionFourTensor extends Transformer {}
