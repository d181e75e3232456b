package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.endtoend.ModelCase.Outcome;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Models that do not fit one method. */
final class LongModel {
    private static final int OPERATORS = 300;
    /** How far back sums reach: over the seams of the written methods. */
    private static final int REACH = 40;

    private LongModel() {}

    /** 300 operators in one interface: linears, functions and sums with tensors far back. */
    static ModelCase flat() {
        StringBuilder source = new StringBuilder("""
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                """);
        for (int i = 0; i < OPERATORS; i++) {
            source.append("    ").append(operator(i)).append('\n');
        }
        source.append("    @Loss @MeanSquaredError Tensor loss(@In(value = \"t" + (OPERATORS - 1)
                + "\", to = \"x\") Tensor y, Tensor targets);\n}\n");
        return ModelCase.of("300 flat operators", "batch=2..5 d=3..9", source.toString(), (net, sizes) -> {
            Tensor[] made = new Tensor[OPERATORS];
            for (int i = 0; i < OPERATORS; i++) {
                made[i] = compute(net, i, made);
            }
            return new Outcome().loss(torch.mse_loss(made[OPERATORS - 1], net.input("targets")));
        });
    }

    private static String name(int index) {
        return index < 0 ? "x" : "t" + index;
    }

    private static String operator(int i) {
        String before = "Tensor " + name(i - 1);
        return switch (i % 4) {
            case 0 -> "@Linear(out = \"d\") Tensor t" + i + "(" + before + ");";
            case 1 -> "@Tanh Tensor t" + i + "(" + before + ");";
            case 2 ->
                "@Add Tensor t" + i + "(" + before + ", @In(\"" + name(Math.max(-1, i - REACH)) + "\") Tensor b);";
            default -> "@Scale(0.7) Tensor t" + i + "(" + before + ");";
        };
    }

    private static Tensor compute(Autograd net, int i, Tensor[] made) {
        Tensor before = i == 0 ? net.input("x") : made[i - 1];
        return switch (i % 4) {
            case 0 -> net.linear("t" + i, before);
            case 1 -> torch.tanh(before);
            case 2 -> before.add(i < REACH ? net.input("x") : made[i - REACH]);
            default -> Autograd.scale(before, 0.7);
        };
    }

    /** A GPT of this many layers. */
    static String deep(int layers) {
        return """
                package net;

                import dev.ashlar.dsl.*;

                @Block
                interface Decoder {
                    @Input(shape = "batch seq d") Tensor x();
                    @LayerNorm Tensor ln1(Tensor x);
                    @Attention(heads = "2", causal = true) Tensor attn(Tensor ln1);
                    @Add Tensor mid(Tensor x, Tensor attn);
                    @LayerNorm Tensor ln2(Tensor mid);
                    @Linear(out = "4*d") Tensor up(Tensor ln2);
                    @Gelu Tensor act(Tensor up);
                    @Linear(out = "d") Tensor down(Tensor act);
                    @Output @Add Tensor y(Tensor mid, Tensor down);
                }

                @Model(dims = "batch=2 seq=8 d=16 vocab=32 layers=%d")
                interface Net {
                    @Input(shape = "batch seq", dtype = DType.INT64) Tensor tokens();
                    @Input(shape = "batch seq", dtype = DType.INT64) Tensor targets();
                    @Embedding(rows = "vocab", dim = "d") Tensor wte(Tensor tokens);
                    @Repeat("layers") @Use(Decoder.class) Tensor body(Tensor wte);
                    @Linear(out = "vocab") Tensor logits(Tensor body);
                    @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
                }

                @Plan(device = "cpu", memory = "1GiB")
                interface Laptop extends Net {}
                """.formatted(layers);
    }
}
