package dev.ashlar.samples.bench.gpu;

import dev.ashlar.dsl.CrossEntropy;
import dev.ashlar.dsl.DType;
import dev.ashlar.dsl.Embedding;
import dev.ashlar.dsl.Init;
import dev.ashlar.dsl.Input;
import dev.ashlar.dsl.LayerNorm;
import dev.ashlar.dsl.Linear;
import dev.ashlar.dsl.Loss;
import dev.ashlar.dsl.Model;
import dev.ashlar.dsl.PositionEmbedding;
import dev.ashlar.dsl.Repeat;
import dev.ashlar.dsl.Tensor;
import dev.ashlar.dsl.Use;
import dev.ashlar.samples.gpt.DecoderBlock;

/** GPT-2 small, to be trained: nobody asks for all its logits at once. The head is not tied. */
@Model(dims = "batch=16 seq=1024 d=768 heads=12 layers=12 vocab=50304")
public interface Transformer {
    @Input(shape = "batch seq", dtype = DType.INT64)
    Tensor tokens();

    @Input(shape = "batch seq", dtype = DType.INT64)
    Tensor targets();

    @Embedding(rows = "vocab", dim = "d")
    @Init(std = 0.02)
    Tensor wte(Tensor tokens);

    @PositionEmbedding(rows = "seq")
    @Init(std = 0.02)
    Tensor embedded(Tensor wte);

    @Repeat("layers")
    @Use(value = DecoderBlock.class, dims = "heads=heads")
    Tensor body(Tensor embedded);

    @LayerNorm
    Tensor norm(Tensor body);

    @Linear(out = "vocab", bias = false)
    @Init(std = 0.02)
    Tensor logits(Tensor norm);

    @Loss
    @CrossEntropy
    Tensor loss(Tensor logits, Tensor targets);
}
