package dev.ashlar.samples.gpt;

import dev.ashlar.dsl.CrossEntropy;
import dev.ashlar.dsl.DType;
import dev.ashlar.dsl.Embedding;
import dev.ashlar.dsl.Init;
import dev.ashlar.dsl.Input;
import dev.ashlar.dsl.LayerNorm;
import dev.ashlar.dsl.Linear;
import dev.ashlar.dsl.Loss;
import dev.ashlar.dsl.Model;
import dev.ashlar.dsl.Output;
import dev.ashlar.dsl.PositionEmbedding;
import dev.ashlar.dsl.Repeat;
import dev.ashlar.dsl.Tensor;
import dev.ashlar.dsl.Use;

/** A decoder-only transformer over bytes, in the manner of GPT-2. */
@Model(dims = "batch=8 seq=128 d=128 heads=4 layers=4 vocab=256")
public interface Gpt {
    @Input(shape = "batch seq", dtype = DType.INT64)
    Tensor tokens();

    @Input(shape = "batch seq", dtype = DType.INT64)
    Tensor targets();

    @Embedding(rows = "vocab", dim = "d")
    @Init(std = 0.5)
    Tensor wte(Tensor tokens);

    @PositionEmbedding(rows = "seq")
    @Init(std = 0.5)
    Tensor embedded(Tensor wte);

    @Repeat("layers")
    @Use(value = DecoderBlock.class, dims = "heads=heads")
    Tensor body(Tensor embedded);

    @LayerNorm
    Tensor norm(Tensor body);

    @Output
    @Linear(out = "vocab", bias = false)
    @Init(std = 0.02)
    Tensor logits(Tensor norm);

    @Loss
    @CrossEntropy
    Tensor loss(Tensor logits, Tensor targets);
}
