package dev.ashlar.samples.gpt;

import dev.ashlar.dsl.Add;
import dev.ashlar.dsl.Attention;
import dev.ashlar.dsl.Block;
import dev.ashlar.dsl.Gelu;
import dev.ashlar.dsl.Input;
import dev.ashlar.dsl.LayerNorm;
import dev.ashlar.dsl.Linear;
import dev.ashlar.dsl.Output;
import dev.ashlar.dsl.Tensor;

/** A transformer block with the norm before each half (GPT-2). */
@Block
public interface DecoderBlock {
    @Input(shape = "batch seq d")
    Tensor x();

    @LayerNorm
    Tensor ln1(Tensor x);

    @Attention(heads = "heads", causal = true)
    Tensor attn(Tensor ln1);

    @Add
    Tensor mid(Tensor x, Tensor attn);

    @LayerNorm
    Tensor ln2(Tensor mid);

    @Linear(out = "4*d")
    Tensor up(Tensor ln2);

    @Gelu
    Tensor act(Tensor up);

    @Linear(out = "d")
    Tensor down(Tensor act);

    @Output
    @Add
    Tensor y(Tensor mid, Tensor down);
}
