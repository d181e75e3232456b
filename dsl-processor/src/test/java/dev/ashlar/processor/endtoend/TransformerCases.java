package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.endtoend.ModelCase.Outcome;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Sequence models: GPT-2, LLaMA, an encoder with a decoder, attention by hand. */
final class TransformerCases {
    private TransformerCases() {}

    static List<ModelCase> all() {
        return List.of(gpt(), tiedHead(), llama(), encoderDecoder(), byHand(), mixer());
    }

    private static final String BLOCK = """
            @Block
            interface Decoder {
                @Input(shape = "batch seq d") Tensor x();
                @LayerNorm Tensor ln1(Tensor x);
                @Attention(heads = "heads", causal = true) Tensor attn(Tensor ln1);
                @Add Tensor mid(Tensor x, Tensor attn);
                @LayerNorm Tensor ln2(Tensor mid);
                @Linear(out = "4*d") Tensor up(Tensor ln2);
                @Gelu Tensor act(Tensor up);
                @Linear(out = "d") Tensor down(Tensor act);
                @Output @Add Tensor y(Tensor mid, Tensor down);
            }
            """;

    private static String gpt(String tie) {
        return BLOCK + """
                @Model
                interface Net {
                    @Input(shape = "batch seq", dtype = DType.INT64) Tensor tokens();
                    @Input(shape = "batch seq", dtype = DType.INT64) Tensor targets();
                    @Embedding(rows = "vocab", dim = "heads*width") Tensor wte(Tensor tokens);
                    @PositionEmbedding(rows = "rows") Tensor embedded(Tensor wte);
                    @Repeat("layers") @Use(value = Decoder.class, dims = "heads=heads") Tensor body(Tensor embedded);
                    @LayerNorm Tensor norm(Tensor body);
                    @Output @Linear(out = "vocab", bias = false) %s Tensor logits(Tensor norm);
                    @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
                }
                """.formatted(tie);
    }

    private static Tensor decoder(Autograd net, String name, Tensor x, long heads) {
        Tensor ln1 = net.layerNorm(name + ".ln1", x);
        Tensor mid = x.add(net.attention(name + ".attn", ln1, ln1, heads, heads, true, false));
        Tensor up = net.linear(name + ".up", net.layerNorm(name + ".ln2", mid));
        return mid.add(net.linear(name + ".down", Autograd.gelu(up)));
    }

    private static Tensor gptBody(Autograd net, int layers, int heads) {
        Tensor h = net.positionEmbedding("embedded", net.embedding("wte", net.input("tokens")));
        for (int i = 0; i < layers; i++) {
            h = decoder(net, "body." + i, h, heads);
        }
        return net.layerNorm("norm", h);
    }

    private static ModelCase gpt() {
        String dims = "batch=2..3 seq=5..40 rows=40 heads=1..4 width=4..9 layers=3 vocab=11..50";
        return ModelCase.of("GPT", dims, gpt(""), (net, sizes) -> {
            Tensor logits = net.linear("logits", gptBody(net, 3, sizes.get("heads")));
            return new Outcome().output("logits", logits).loss(Autograd.crossEntropy(logits, net.input("targets"), 0));
        });
    }

    private static ModelCase tiedHead() {
        String dims = "batch=2..3 seq=5..20 rows=20 heads=2 width=4..9 layers=2 vocab=11..50";
        String source = gpt("@Tied(\"weight=wte.weight\")");
        return ModelCase.of("GPT with a tied head", dims, source, (net, sizes) -> {
            Tensor logits = torch.linear(gptBody(net, 2, 2), net.parameter("wte.weight"));
            return new Outcome().output("logits", logits).loss(Autograd.crossEntropy(logits, net.input("targets"), 0));
        });
    }

    private static ModelCase llama() {
        String source = """
                @Block
                interface Layer {
                    @Input(shape = "batch seq d") Tensor x();
                    @RmsNorm Tensor n1(Tensor x);
                    @Attention(heads = "heads", kvHeads = "groups", causal = true, rope = true, bias = false)
                    Tensor attn(Tensor n1);
                    @Add Tensor mid(Tensor x, Tensor attn);
                    @RmsNorm Tensor n2(Tensor mid);
                    @Linear(out = "ff", bias = false) Tensor gate(Tensor n2);
                    @Silu Tensor open(Tensor gate);
                    @Linear(out = "ff", bias = false) Tensor up(Tensor n2);
                    @Multiply Tensor gated(Tensor open, Tensor up);
                    @Linear(out = "d", bias = false) Tensor down(Tensor gated);
                    @Output @Add Tensor y(Tensor mid, Tensor down);
                }
                @Model
                interface Net {
                    @Input(shape = "batch seq", dtype = DType.INT64) Tensor tokens();
                    @Input(shape = "batch seq", dtype = DType.INT64) Tensor targets();
                    @Embedding(rows = "vocab", dim = "ratio*groups*width") Tensor wte(Tensor tokens);
                    @Repeat("2") @Use(value = Layer.class, dims = "heads=ratio*groups groups=groups ff=ff")
                    Tensor body(Tensor wte);
                    @RmsNorm Tensor norm(Tensor body);
                    @Output @Linear(out = "vocab", bias = false) Tensor logits(Tensor norm);
                    @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
                }
                """;
        String dims = "batch=2..3 seq=5..33 ratio=2..3 groups=1..3 width=8 ff=9..40 vocab=11..50";
        return ModelCase.of("LLaMA with grouped queries", dims, source, (net, sizes) -> {
            long groups = sizes.get("groups");
            Tensor h = net.embedding("wte", net.input("tokens"));
            for (int i = 0; i < 2; i++) {
                String at = "body." + i;
                Tensor n1 = net.rmsNorm(at + ".n1", h);
                Tensor mid =
                        h.add(net.attention(at + ".attn", n1, n1, sizes.get("ratio") * groups, groups, true, true));
                Tensor n2 = net.rmsNorm(at + ".n2", mid);
                Tensor gated = torch.silu(net.linear(at + ".gate", n2)).mul(net.linear(at + ".up", n2));
                h = mid.add(net.linear(at + ".down", gated));
            }
            Tensor logits = net.linear("logits", net.rmsNorm("norm", h));
            return new Outcome().output("logits", logits).loss(Autograd.crossEntropy(logits, net.input("targets"), 0));
        });
    }

    private static ModelCase encoderDecoder() {
        String source = """
                @Block
                interface Encoder {
                    @Input(shape = "batch s d") Tensor x();
                    @Attention(heads = "heads") Tensor attn(Tensor x);
                    @Add Tensor mid(Tensor x, Tensor attn);
                    @Output @LayerNorm Tensor y(Tensor mid);
                }
                @Block
                interface Decoder {
                    @Input(shape = "batch t d") Tensor x();
                    @Input(shape = "batch s d") Tensor memory();
                    @Attention(heads = "heads", causal = true) Tensor attn(Tensor x);
                    @Add Tensor mid(Tensor x, Tensor attn);
                    @LayerNorm Tensor ln(Tensor mid);
                    @Attention(heads = "heads") Tensor cross(@In(to = "x") Tensor ln, Tensor memory);
                    @Add Tensor met(Tensor ln, Tensor cross);
                    @Output @LayerNorm Tensor y(Tensor met);
                }
                @Model
                interface Net {
                    @Input(shape = "batch s", dtype = DType.INT64) Tensor source();
                    @Input(shape = "batch t", dtype = DType.INT64) Tensor tokens();
                    @Input(shape = "batch t", dtype = DType.INT64) Tensor targets();
                    @Embedding(rows = "vocab", dim = "d") Tensor read(Tensor source);
                    @Embedding(rows = "vocab", dim = "d") @Tied("weight=read.weight") Tensor heard(Tensor tokens);
                    @Repeat("2") @Use(value = Encoder.class, dims = "heads=heads") Tensor memory(Tensor read);
                    @Repeat("3") @Use(value = Decoder.class, dims = "heads=heads")
                    Tensor body(@In(to = "x") Tensor heard, Tensor memory);
                    @Output @Linear(out = "vocab") Tensor logits(Tensor body);
                    @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
                }
                """;
        String dims = "batch=2..3 s=5..20 t=3..15 heads=2 d=16 vocab=11..50";
        return ModelCase.of("an encoder's memory in every decoder layer", dims, source, (net, sizes) -> {
            Tensor memory = net.embedding("read", net.input("source"));
            for (int i = 0; i < 2; i++) {
                String at = "memory." + i;
                Tensor mid = memory.add(net.attention(at + ".attn", memory, memory, 2, 2, false, false));
                memory = net.layerNorm(at + ".y", mid);
            }
            Tensor h = net.embedding("read", net.input("tokens"));
            for (int i = 0; i < 3; i++) {
                String at = "body." + i;
                Tensor ln = net.layerNorm(at + ".ln", h.add(net.attention(at + ".attn", h, h, 2, 2, true, false)));
                h = net.layerNorm(at + ".y", ln.add(net.attention(at + ".cross", ln, memory, 2, 2, false, false)));
            }
            Tensor logits = net.linear("logits", h);
            return new Outcome().output("logits", logits).loss(Autograd.crossEntropy(logits, net.input("targets"), 0));
        });
    }

    /** One linear for queries, keys and values of other widths; a scale of its own. */
    private static ModelCase byHand() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch s d") Tensor x();
                    @Input(shape = "batch s d") Tensor targets();
                    @Linear(out = "h*e") Tensor qs(Tensor x);
                    @Linear(out = "h*e", bias = false) Tensor ks(Tensor x);
                    @Linear(out = "h*f") Tensor vs(Tensor x);
                    @Rearrange(value = "b s (h e) -> b h s e", sizes = "h=h") Tensor q(Tensor qs);
                    @Rearrange(value = "b s (h e) -> b h s e", sizes = "h=h") Tensor k(Tensor ks);
                    @Rearrange(value = "b s (h e) -> b h s e", sizes = "h=h") Tensor v(Tensor vs);
                    @Rope Tensor turned(Tensor q);
                    @DotProductAttention(causal = true)
                    Tensor met(@In(value = "turned", to = "q") Tensor a, Tensor k, Tensor v);
                    @Rearrange("b h s e -> b s (h e)") Tensor merged(Tensor met);
                    @Output @Linear(out = "d") Tensor y(Tensor merged);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        String dims = "batch=2..3 s=5..20 d=8..20 h=2..3 e=8 f=8";
        return ModelCase.of("attention by hand", dims, source, (net, sizes) -> {
            long h = sizes.get("h");
            Tensor x = net.input("x");
            Tensor q = Autograd.rotate(Autograd.heads(net.linear("qs", x), h));
            Tensor k = Autograd.heads(net.linear("ks", x), h);
            Tensor v = Autograd.heads(net.linear("vs", x), h);
            Tensor y = net.linear("y", Autograd.merge(Autograd.attend(q, k, v, true, false)));
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    /** Rearranged tensors with strides go through linears, norms and sums (Tolstikhin et al., 2021). */
    private static ModelCase mixer() {
        String source = """
                @Block
                interface Mixer {
                    @Input(shape = "batch s d") Tensor x();
                    @Rearrange("b s d -> b d s") Tensor turned(Tensor x);
                    @Linear(out = "s") Tensor across(Tensor turned);
                    @Gelu Tensor bent(Tensor across);
                    @Rearrange("b d s -> b s d") Tensor back(Tensor bent);
                    @Add Tensor mid(Tensor x, Tensor back);
                    @Output @LayerNorm Tensor y(Tensor mid);
                }
                @Model
                interface Net {
                    @Input(shape = "batch s d") Tensor x();
                    @Input(shape = "batch d s") Tensor targets();
                    @Linear(out = "d") Tensor first(Tensor x);
                    @Repeat("2") @Use(Mixer.class) Tensor body(Tensor first);
                    @Output @Rearrange("b s d -> b d s") Tensor y(Tensor body);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        return ModelCase.of("a mixer over turned tensors", "batch=2..4 s=3..9 d=4..12", source, (net, sizes) -> {
            Tensor h = net.linear("first", net.input("x"));
            for (int i = 0; i < 2; i++) {
                Tensor bent = Autograd.gelu(net.linear("body." + i + ".across", h.transpose(1, 2)));
                h = net.layerNorm("body." + i + ".y", h.add(bent.transpose(1, 2)));
            }
            Tensor y = h.transpose(1, 2);
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }
}
