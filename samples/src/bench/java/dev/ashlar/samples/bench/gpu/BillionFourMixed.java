package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Pin;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** Two data parallel pairs, each tensor and sequence parallel, written by hand, of what {@link BillionFour} leaves to the planner. */
@Plan(
        device = "h200-sxm",
        mesh = {2, 2},
        memory = "79GiB",
        dims = "batch=32 seq=1024 d=2048 heads=16 layers=24 vocab=50304",
        pins = {
            @Pin(at = "body[*].ln1", strategy = "x[S0, S1]"),
            @Pin(at = "body[*].attn.q", strategy = "x[S0, R] weight[R, S0] -> y[S0, S2]"),
            @Pin(at = "body[*].attn.k", strategy = "x[S0, R] weight[R, S0] -> y[S0, S2]"),
            @Pin(at = "body[*].attn.v", strategy = "x[S0, R] weight[R, S0] -> y[S0, S2]"),
            @Pin(at = "body[*].attn.heads", strategy = "q[S0, S1]"),
            @Pin(at = "body[*].attn.out", strategy = "x[S0, S2] weight[R, S1] -> y[S0, P]"),
            @Pin(at = "body[*].mid", strategy = "x0[S0, S1]"),
            @Pin(at = "body[*].ln2", strategy = "x[S0, S1]"),
            @Pin(at = "body[*].up", strategy = "x[S0, R] weight[R, S0] -> y[S0, S2]"),
            @Pin(at = "body[*].act", strategy = "x[S0, S2]"),
            @Pin(at = "body[*].down", strategy = "x[S0, S2] weight[R, S1] -> y[S0, P]"),
            @Pin(at = "body[*].y", strategy = "x0[S0, S1]"),
            @Pin(at = "norm", strategy = "x[S0, S1]"),
            @Pin(at = "logits", strategy = "x[S0, R] weight[R, S0] -> y[S0, S2]"),
            @Pin(at = "loss", strategy = "logits[S0, S2]")
        })
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface BillionFourMixed extends Transformer {}
