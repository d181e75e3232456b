package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.Optimizer;
import dev.ashlar.dsl.Pin;
import dev.ashlar.dsl.Plan;
import dev.ashlar.dsl.Precision;
import dev.ashlar.dsl.Train;

/** The same on two devices, with queries, keys and values of parts of the sequence, as the plan of four has them. */
@Plan(
        device = "h200-sxm",
        mesh = {2},
        memory = "60GiB",
        dims = "batch=1 seq=32768 d=2048 heads=16 layers=24 vocab=50304",
        pins = {
            @Pin(at = "body[*].attn.q", strategy = "x[S1]"),
            @Pin(at = "body[*].attn.k", strategy = "x[S1]"),
            @Pin(at = "body[*].attn.v", strategy = "x[S1]")
        })
@Train(optimizer = Optimizer.ADAMW, precision = Precision.BF16)
public interface LongPair extends Transformer {}
