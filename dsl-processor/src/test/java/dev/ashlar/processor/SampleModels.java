package dev.ashlar.processor;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Small models of all the forms that plans come in. */
public final class SampleModels {
    private static final String DECODER = """
            @Input(shape = "batch seq d") x()
            @LayerNorm ln1(x)
            @Attention(heads = "heads", causal = true) attn(ln1)
            @Add mid(x, attn)
            @LayerNorm ln2(mid)
            @Linear(out = "4*d") up(ln2)
            @Gelu act(up)
            @Linear(out = "d") down(act)
            @Output @Add y(mid, down)
            """;

    private SampleModels() {}

    /** Two linear layers with biases. */
    public static ModelSpecs mlp() {
        return ModelSpecs.model("Mlp", "batch=8 in=4 hidden=16 out=2", """
                @Input(shape = "batch in") x()
                @Input(shape = "batch out") targets()
                @Linear(out = "hidden") up(x)
                @Relu act(up)
                @Output @Linear(out = "out") y(act)
                @Loss @MeanSquaredError loss(x=y, targets)
                """);
    }

    /** Decoder blocks in a loop. */
    public static ModelSpecs gpt(int layers) {
        return gpt("batch=2 seq=8 d=16 heads=4 vocab=32 layers=" + layers);
    }

    /** @param dims {@code "batch=2 seq=8 d=16 heads=4 vocab=32 layers=2"} */
    public static ModelSpecs gpt(String dims) {
        return ModelSpecs.model("Gpt", dims, """
                        @Input(shape = "batch seq", dtype = INT64) tokens()
                        @Input(shape = "batch seq", dtype = INT64) targets()
                        @Embedding(rows = "vocab", dim = "d") wte(tokens)
                        @PositionEmbedding(rows = "seq") embedded(wte)
                        @Repeat("layers") @Use(value = Decoder, dims = "heads=heads") body(embedded)
                        @LayerNorm norm(body)
                        @Output @Linear(out = "vocab", bias = false) logits(norm)
                        @Loss @CrossEntropy loss(logits, targets)
                        """).block("Decoder", "", DECODER);
    }

    /** The head is the embedding; all layers share one set of parameters; rotated, grouped queries. */
    public static ModelSpecs sharedAndTied() {
        return llama("Shared", "batch=2 seq=8 d=16 heads=4 vocab=32", "@Repeat(value = \"3\", shared = true)", true);
    }

    /** Decoder blocks in the manner of LLaMA: rotated, grouped queries, a gated product; the head is the embedding. */
    public static ModelSpecs llama(int layers) {
        return llama("batch=2 seq=8 d=16 heads=4 vocab=32 layers=" + layers);
    }

    /** @param dims {@code "batch=2 seq=8 d=16 heads=4 vocab=32 layers=2"} */
    public static ModelSpecs llama(String dims) {
        return llama("Llama", dims, "@Repeat(\"layers\")", false);
    }

    /** The same with dropout at the end of every block. */
    public static ModelSpecs llamaWithDropout(String dims) {
        return llama("LlamaDropout", dims, "@Repeat(\"layers\")", true);
    }

    private static ModelSpecs llama(String name, String dims, String repeat, boolean dropped) {
        return ModelSpecs.model(name, dims, """
                        @Input(shape = "batch seq", dtype = INT64) tokens()
                        @Input(shape = "batch seq", dtype = INT64) targets()
                        @Embedding(rows = "vocab", dim = "d") wte(tokens)
                        %s @Use(value = LlamaBlock, dims = "heads=heads") body(wte)
                        @RmsNorm norm(body)
                        @Output @Tied("weight=wte.weight") @Linear(out = "vocab", bias = false) logits(norm)
                        @Loss @CrossEntropy loss(logits, targets)
                        """.formatted(repeat)).block("LlamaBlock", "", """
                        @Input(shape = "batch seq d") x()
                        @RmsNorm n1(x)
                        @Attention(heads = "heads", kvHeads = "2", causal = true, rope = true, bias = false) attn(n1)
                        @Add mid(x, attn)
                        @RmsNorm n2(mid)
                        @Linear(out = "2*d", bias = false) gate(n2)
                        @Linear(out = "2*d", bias = false) up(n2)
                        @Silu gated(gate)
                        @Multiply product(a=gated, b=up)
                        @Linear(out = "d", bias = false) down(product)
                        %s@Output @Add y(mid, %s)
                        """.formatted(
                        dropped ? "@Dropout(p = 0.1) dropped(down)\n" : "", dropped ? "dropped" : "down"));
    }

    /** Convolutions, batch norm, pooling. */
    public static ModelSpecs cnn() {
        return ModelSpecs.model("Cnn", "batch=4 c=1 h=8 w=8 classes=10", """
                @Input(shape = "batch c h w") image()
                @Input(shape = "batch", dtype = INT64) label()
                @Conv2d(out = "8", kernel = 3, padding = 1, bias = false) c1(image)
                @BatchNorm2d b1(c1)
                @Relu r1(b1)
                @MaxPool2d(kernel = 2) p1(r1)
                @Conv2d(out = "16", kernel = 3, padding = 1) c2(p1)
                @Relu r2(c2)
                @GlobalAvgPool2d pooled(r2)
                @Output @Linear(out = "classes") logits(pooled)
                @Loss @CrossEntropy loss(logits, targets=label)
                """);
    }

    /**
     * The residual network of the samples: convolutions beside an identity, twice.
     *
     * @param dims {@code "batch=64 side=20 c=16 classes=10"}
     */
    public static ModelSpecs residual(String dims) {
        return ModelSpecs.model("Residual", dims, """
                        @Input(shape = "batch 1 side side") images()
                        @Input(shape = "batch", dtype = INT64) targets()
                        @Conv2d(out = "c", kernel = 3, padding = 1, bias = false) stem(images)
                        @BatchNorm2d stemNorm(stem)
                        @Relu stemAct(stemNorm)
                        @Use(ResidualBlock) fine(stemAct)
                        @MaxPool2d(kernel = 2) pooled(fine)
                        @Conv2d(out = "2*c", kernel = 3, padding = 1) widened(pooled)
                        @Use(ResidualBlock) coarse(widened)
                        @GlobalAvgPool2d features(coarse)
                        @Output @Linear(out = "classes") logits(features)
                        @Loss @CrossEntropy loss(logits, targets)
                        """).block("ResidualBlock", "", """
                        @Input(shape = "batch c h w") x()
                        @Conv2d(out = "c", kernel = 3, padding = 1, bias = false) conv1(x)
                        @BatchNorm2d norm1(conv1)
                        @Relu act1(norm1)
                        @Conv2d(out = "c", kernel = 3, padding = 1, bias = false) conv2(act1)
                        @BatchNorm2d norm2(conv2)
                        @Add sum(x, norm2)
                        @Output @Relu y(sum)
                        """);
    }

    /** Two losses, one on a tensor in the middle. */
    public static ModelSpecs severalLosses() {
        return ModelSpecs.model("Losses", "batch=8 in=4 hidden=16 out=2", """
                @Input(shape = "batch in") x()
                @Input(shape = "batch out") targets()
                @Linear(out = "hidden") up(x)
                @Tanh act(up)
                @Output @Linear(out = "out") y(act)
                @Output @Linear(out = "in") rebuilt(act)
                @Loss @MeanSquaredError loss(x=y, targets)
                @Loss(weight = 0.5) @MeanSquaredError auxiliary(x=rebuilt, targets=x)
                """);
    }

    /**
     * A repeated block with a constant input, an output that feeds the next repetition and one that is collected.
     *
     * @param collect {@code "SUM"}, {@code "STACK"} or {@code "LAST"}
     */
    public static ModelSpecs collecting(String collect) {
        return ModelSpecs.model("Collecting", "batch=3 d=4", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") memory()
                        @Input(shape = "batch d") targets()
                        @Linear(out = "d") start(x)
                        @Linear(out = "d") context(memory)
                        @Repeat("5") @Use(Cell) body(h=start, m=context)
                        @Output @Sigmoid last(h=body.next)
                        @Tanh flat(skip=body.skip)
                        @Scale(0.5) halved(flat)
                        @Loss @MeanSquaredError loss(x=last, targets)
                        """ + sideLoss(collect))
                .block("Cell", "", """
                        @Input(shape = "batch d") h()
                        @Input(shape = "batch d") m()
                        @Linear(out = "d") mixed(h)
                        @Add summed(mixed, m)
                        @Output(feeds = "h") @Silu next(summed)
                        @Output(collect = %s) @Linear(out = "d") skip(summed)
                        """.formatted(collect));
    }

    private static String sideLoss(String collect) {
        return collect.equals("STACK")
                ? "@Input(shape = \"5 batch d\") wide()\n@Loss @MeanSquaredError side(x=halved, targets=wide)\n"
                : "@Loss @MeanSquaredError side(x=halved, targets)\n";
    }

    /** Tensors that pass blocks: one is added to what a block makes of it, the model's input is read before and behind. */
    public static ModelSpecs skipping(int layers) {
        return ModelSpecs.model("Skipping", "batch=8 d=4", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Linear(out = "d") start(x)
                        @Tanh low(start)
                        @Repeat("%d") @Use(Layer) down(low)
                        @Linear(out = "d") middle(down)
                        @Use(Layer) up(middle)
                        @Add joined(up, low)
                        @Add again(joined, x)
                        @Output @Linear(out = "d") y(again)
                        @Loss @MeanSquaredError loss(x=y, targets)
                        """.formatted(layers))
                .block("Layer", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "2*d") wide(x)
                        @Gelu act(wide)
                        @Linear(out = "d") narrow(act)
                        @Output @Add y(x, narrow)
                        """);
    }

    /** Small blocks within blocks, past which a tensor goes; the model goes on behind them. */
    public static ModelSpecs nesting() {
        return ModelSpecs.model("Nesting", "batch=8 d=4", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Linear(out = "d") start(x)
                        @Repeat("3") @Use(Stage) stages(start)
                        @Output @Linear(out = "d") y(stages)
                        @Loss @MeanSquaredError loss(x=y, targets)
                        """)
                .block("Stage", "", """
                        @Input(shape = "batch d") x()
                        @LayerNorm n(x)
                        @Use(Layer) inner(x=n)
                        @Add mid(x, inner)
                        @Repeat("2") @Use(Layer) more(mid)
                        @Output @Tanh y(more)
                        """)
                .block("Layer", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "2*d") wide(x)
                        @Gelu act(wide)
                        @Output @Linear(out = "d") y(act)
                        """);
    }

    /** Decoder blocks that all read what an encoder has made, and a mask. */
    public static ModelSpecs attending(int layers) {
        return attending("batch=4 seq=4 d=8", layers);
    }

    /** The same of some sizes: {@code batch}, {@code seq} and {@code d}. */
    public static ModelSpecs attending(String dims, int layers) {
        return ModelSpecs.model("Attending", dims, """
                        @Input(shape = "batch seq d") source()
                        @Input(shape = "batch seq d") mask()
                        @Input(shape = "batch seq d") targets()
                        @Repeat("%1$d") @Use(Encoder) encoded(source)
                        @LayerNorm memory(encoded)
                        @Linear(out = "d") start(targets)
                        @Repeat("%1$d") @Use(Decoder) decoded(x=start, memory, mask)
                        @Output @Linear(out = "d") y(decoded)
                        @Loss @MeanSquaredError loss(x=y, targets)
                        """.formatted(layers))
                .block("Encoder", "", """
                        @Input(shape = "batch seq d") x()
                        @Linear(out = "d") up(x)
                        @Output @Gelu y(up)
                        """)
                .block("Decoder", "", """
                        @Input(shape = "batch seq d") x()
                        @Input(shape = "batch seq d") memory()
                        @Input(shape = "batch seq d") mask()
                        @Linear(out = "d") query(x)
                        @Linear(out = "d") key(memory)
                        @Multiply scores(a=query, b=key)
                        @Multiply masked(a=scores, b=mask)
                        @Output @Add y(x, masked)
                        """);
    }

    /** Many operators in one scope: its routines are cut into parts. */
    public static ModelSpecs flat(int operators) {
        String body = IntStream.range(0, operators)
                .mapToObj(i -> switch (i % 4) {
                    case 0 -> "@Linear(out = \"d\") t" + (i + 1) + "(t" + i + ")";
                    case 1 -> "@Gelu t" + (i + 1) + "(t" + i + ")";
                    case 2 -> "@Add t" + (i + 1) + "(t" + i + ", t" + Math.max(0, i - 7) + ")";
                    default -> "@LayerNorm t" + (i + 1) + "(t" + i + ")";
                })
                .collect(Collectors.joining("\n"));
        return ModelSpecs.model(
                "Flat",
                "batch=4 d=8",
                "@Input(shape = \"batch d\") t0()\n@Input(shape = \"batch d\") targets()\n" + body
                        + "\n@Loss @MeanSquaredError loss(x=t" + operators + ", targets)\n");
    }

    /** Layers that each read what all before them made, multiplied. */
    public static ModelSpecs dense(int layers) {
        StringBuilder methods = new StringBuilder("""
                @Input(shape = "batch d") x()
                @Input(shape = "batch d") targets()
                @Linear(out = "d") up0(x)
                @Gelu act0(up0)
                """);
        for (int k = 1; k < layers; k++) {
            String product = "act0";
            for (int i = 1; i < k; i++) {
                String next = "product%d_%d".formatted(k, i);
                methods.append("@Multiply %s(%s, act%d)\n".formatted(next, product, i));
                product = next;
            }
            methods.append("@Linear(out = \"d\") up%d(%s)\n@Gelu act%d(up%d)\n".formatted(k, product, k, k));
        }
        methods.append("@Loss @MeanSquaredError loss(x=act%d, targets)\n".formatted(layers - 1));
        return ModelSpecs.model("Dense", "batch=8 d=16", methods.toString());
    }

    /** Blocks within blocks, the outer one repeated. */
    public static ModelSpecs nested() {
        return ModelSpecs.model("Nested", "batch=2 seq=8 d=16", """
                        @Input(shape = "batch seq d") x()
                        @Input(shape = "batch seq d") targets()
                        @Repeat("2") @Use(Stage) stages(x)
                        @Use(Decoder) head(stages)
                        @Loss @MeanSquaredError loss(x=head, targets)
                        """)
                .block("Stage", "", """
                        @Input(shape = "batch seq d") x()
                        @Repeat("3") @Use(Decoder) inner(x)
                        @Output @LayerNorm y(inner)
                        """)
                .block("Decoder", "heads=4", DECODER);
    }
}
