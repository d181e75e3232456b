package dev.ashlar.processor.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A model whose plans are held against the allocator: small ones written here, and the samples as they are. */
enum MeasuredModel {
    GPT(gpt("batch=4 seq=64 d=64 heads=4 vocab=256", 3)),
    /** What blocks are given is most of its memory, so that segments of them need less. */
    GPT_DEEP(gpt("batch=4 seq=256 d=32 heads=4 vocab=64", 16)),
    LLAMA(llama("batch=4 seq=64 d=64 heads=4 groups=2 vocab=256", "3*d")),
    LLAMA_LONG(llama("batch=2 seq=256 d=64 heads=8 groups=2 vocab=32", "d")),
    CNN("""
            package net;
            import dev.ashlar.dsl.*;
            @Model(dims = "batch=16 c=1 h=28 w=28 classes=10")
            interface Net {
                @Input(shape = "batch c h w") Tensor image();
                @Input(shape = "batch", dtype = DType.INT64) Tensor targets();
                @Conv2d(out = "16", kernel = 3, padding = 1, bias = false) Tensor c1(Tensor image);
                @BatchNorm2d Tensor b1(Tensor c1);
                @Relu Tensor r1(Tensor b1);
                @MaxPool2d(kernel = 2) Tensor p1(Tensor r1);
                @Conv2d(out = "32", kernel = 3, padding = 1) Tensor c2(Tensor p1);
                @GlobalAvgPool2d Tensor pooled(Tensor c2);
                @Output @Linear(out = "classes") Tensor logits(Tensor pooled);
                @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
            }
            """),
    /** Most of its memory is that of the logits. */
    WIDE("""
            package net;
            import dev.ashlar.dsl.*;
            @Model(dims = "batch=4 seq=128 d=32 vocab=1500")
            interface Net {
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor tokens();
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor targets();
                @Embedding(rows = "vocab", dim = "d") Tensor wte(Tensor tokens);
                @Linear(out = "d") Tensor up(Tensor wte);
                @Output @Gelu Tensor act(Tensor up);
                @Linear(out = "vocab") Tensor logits(Tensor act);
                @Loss @CrossEntropy(labelSmoothing = 0.1) Tensor loss(Tensor logits, Tensor targets);
            }
            """),
    SAMPLE_MLP("mlp", "Mlp"),
    SAMPLE_CNN("cnn", "Cnn"),
    SAMPLE_GPT("gpt", "Gpt");

    private static String gpt(String dims, int layers) {
        return """
            package net;
            import dev.ashlar.dsl.*;
            @Model(dims = "%s")
            interface Net {
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor tokens();
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor targets();
                @Embedding(rows = "vocab", dim = "d") Tensor wte(Tensor tokens);
                @Repeat("%d") @Use(value = Decoder.class, dims = "heads=heads") Tensor body(Tensor wte);
                @LayerNorm Tensor norm(Tensor body);
                @Output @Linear(out = "vocab", bias = false) Tensor logits(Tensor norm);
                @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
            }
            @Block
            interface Decoder {
                @Input(shape = "batch seq d") Tensor x();
                @LayerNorm Tensor ln1(Tensor x);
                @Attention(heads = "heads", causal = true) Tensor attn(Tensor ln1);
                @Add Tensor mid(Tensor x, Tensor attn);
                @Linear(out = "4*d") Tensor up(Tensor mid);
                @Gelu Tensor act(Tensor up);
                @Linear(out = "d") Tensor down(Tensor act);
                @Output @Add Tensor y(Tensor mid, Tensor down);
            }
            """.formatted(dims, layers);
    }

    private static String llama(String dims, String width) {
        return """
            package net;
            import dev.ashlar.dsl.*;
            @Model(dims = "%1$s")
            interface Net {
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor tokens();
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor targets();
                @Embedding(rows = "vocab", dim = "d") Tensor wte(Tensor tokens);
                @Repeat("3") @Use(value = Decoder.class, dims = "heads=heads groups=groups") Tensor body(Tensor wte);
                @RmsNorm Tensor norm(Tensor body);
                @Output @Linear(out = "vocab", bias = false) Tensor logits(Tensor norm);
                @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
            }
            @Block
            interface Decoder {
                @Input(shape = "batch seq d") Tensor x();
                @RmsNorm Tensor ln1(Tensor x);
                @Attention(heads = "heads", kvHeads = "groups", causal = true, rope = true, bias = false) Tensor attn(Tensor ln1);
                @Add Tensor mid(Tensor x, Tensor attn);
                @RmsNorm Tensor ln2(Tensor mid);
                @Linear(out = "%2$s", bias = false) Tensor gate(Tensor ln2);
                @Silu Tensor act(Tensor gate);
                @Linear(out = "%2$s", bias = false) Tensor up(Tensor ln2);
                @Multiply Tensor product(Tensor act, Tensor up);
                @Linear(out = "d", bias = false) Tensor down(Tensor product);
                @Output @Add Tensor y(Tensor mid, Tensor down);
            }
            """.formatted(dims, width);
    }

    private static Path samples() {
        return Path.of("../samples/src/main/java");
    }

    private final String type;
    private final Map<String, String> sources;

    MeasuredModel(String source) {
        this.type = "Net";
        this.sources = Map.of("net/Net.java", source);
    }

    MeasuredModel(String room, String model) {
        String folder = "dev/ashlar/samples/" + room;
        this.type = "dev.ashlar.samples." + room + "." + model;
        this.sources = read(folder);
    }

    /** The sample's model and blocks: what else lies there needs its plan's class. */
    private static Map<String, String> read(String folder) {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.list(samples().resolve(folder))) {
            for (Path file : files.sorted().toList()) {
                String text = Files.readString(file);
                if (text.contains("@Model") || text.contains("@Block")) {
                    sources.put(folder + "/" + file.getFileName(), text);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sources;
    }

    /** The model's name as a plan in package {@code net} writes it. */
    String type() {
        return type;
    }

    /** Texts by path. */
    Map<String, String> sources() {
        return sources;
    }
}
